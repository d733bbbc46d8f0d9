import { hash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import {
  type ReadTile,
  type Tile,
  consistencyProof,
  createGrowingTree,
  inclusionProof,
  nodeHash,
} from '../../../store/integrity/tree/merkle.ts';

/** The inputs of the test vectors of Certificate Transparency, whose trees RFC 9162 has too. */
const INPUTS = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
];
const ROOTS = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const leafHash = (data: Buffer): Buffer => hash('sha256', Buffer.concat([Buffer.of(0), data]), 'buffer');

/** The definition of RFC 9162, section 2.1.1, word for word. */
function treeHash(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return hash('sha256', '', 'buffer');
  if (leaves.length === 1) return leaves[0]!;
  let left = 1;
  while (left * 2 < leaves.length) left *= 2;
  return nodeHash(treeHash(leaves.slice(0, left)), treeHash(leaves.slice(left)));
}

/** Section 2.1.3.1 and 2.1.4.1, word for word. */
function path(m: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length === 1) return [];
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return m < k
    ? [...path(m, leaves.slice(0, k)), treeHash(leaves.slice(k))]
    : [...path(m - k, leaves.slice(k)), treeHash(leaves.slice(0, k))];
}
function subproof(m: number, leaves: readonly Buffer[], isWhole: boolean): Buffer[] {
  if (m === leaves.length) return isWhole ? [] : [treeHash(leaves)];
  let k = 1;
  while (k * 2 < leaves.length) k *= 2;
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), isWhole), treeHash(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), treeHash(leaves.slice(0, k))];
}

const leaves = Array.from({ length: 70_000 }, (_, n) => leafHash(Buffer.from(String(n))));

/** A tree of some leaves, and its tiles by `level tile`. */
function grown(count: number) {
  const tree = createGrowingTree();
  const tiles = new Map<string, Buffer>();
  const keep = ({ level, tile, hashes }: Tile) => tiles.set(`${level} ${tile}`, hashes);
  for (const leaf of leaves.slice(0, count)) tree.add(leaf).forEach(keep);
  tree.partial().forEach(keep);
  const read: ReadTile = async (level, tile) => tiles.get(`${level} ${tile}`)!;
  return { tree, read };
}

test('the roots are those of the test vectors of Certificate Transparency', () => {
  const tree = createGrowingTree();
  expect(tree.root().toString('hex')).toBe(hash('sha256', ''));
  const roots = INPUTS.map((input) => {
    tree.add(leafHash(Buffer.from(input, 'hex')));
    return tree.root().toString('hex');
  });
  expect(roots).toEqual(ROOTS);
});

describe('roots and proofs are those of the definition', () => {
  test.each([1, 2, 3, 7, 8, 255, 256, 257, 511, 512, 1_000])('for a tree of %i leaves', async (size) => {
    const { tree, read } = grown(1_000);
    const own = leaves.slice(0, size);
    expect(grown(size).tree.root()).toEqual(treeHash(own));
    for (const index of new Set([0, size >> 1, size - 1])) {
      expect(await inclusionProof(read, index, size)).toEqual(path(index, own));
      const earlier = index + 1;
      expect(await consistencyProof(read, earlier, size)).toEqual(subproof(earlier, own, true));
    }
    expect(tree.size()).toBe(1_000);
  });

  test('for a tree with three levels of tiles', async () => {
    const size = 69_123;
    const { tree, read } = grown(size);
    expect(tree.root()).toEqual(treeHash(leaves.slice(0, size)));
    for (const index of [0, 65_535, 65_536, size - 1])
      expect(await inclusionProof(read, index, size)).toEqual(path(index, leaves.slice(0, size)));
  });
});

test('a tree goes on from its incomplete tiles', () => {
  const { tree } = grown(700);
  const resumed = createGrowingTree(700, tree.partial());
  for (const leaf of leaves.slice(700, 1_500)) resumed.add(leaf);
  expect(resumed.root()).toEqual(treeHash(leaves.slice(0, 1_500)));
});
