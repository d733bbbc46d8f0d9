/** The versions of the API, oldest first. */
import type { Edition } from './edition.ts';
import { v1 } from './v1/edition.ts';
import { v2 } from './v2/edition.ts';

export const EDITIONS: readonly Edition[] = [v1, v2];
