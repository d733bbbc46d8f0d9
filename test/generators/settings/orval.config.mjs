// Its client has no address of its own: the test gives that of the server.
const baseUrl = process.env.HOLDFAST_URL;
const tsconfig = './tsconfig.nodenext.json';

export default {
  client: {
    input: 'v2.json',
    output: { target: 'generated/orval/client.ts', client: 'fetch', baseUrl, tsconfig },
  },
  zod: { input: 'v2.json', output: { target: 'generated/orval/zod.ts', client: 'zod', tsconfig } },
};
