/** Preloaded into each node: SIGUSR2 blocks its event loop for 1.5 seconds. */
const BLOCK_MS = 1_500;

process.on('SIGUSR2', () => {
  const end = performance.now() + BLOCK_MS;
  while (performance.now() < end);
});
