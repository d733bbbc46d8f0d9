import type { Node } from '../documents/document.ts';

/** An operation of one side, with what its path item adds. */
export interface Operation {
  path: string;
  node: Node;
  /** Parameters of the path item. */
  shared: unknown[];
}
