/** Runs openapi-diff in a thread that can be stopped: it may never finish on large alternatives. */
import { parentPort } from 'node:worker_threads';
import openApiDiff from 'openapi-diff';

parentPort?.on('message', async ([source, destination]: [string, string]) => {
  try {
    const outcome = await openApiDiff.diffSpecs({
      sourceSpec: { content: source, location: 'base', format: 'openapi3' },
      destinationSpec: { content: destination, location: 'head', format: 'openapi3' },
    });
    const breaks = outcome.breakingDifferencesFound ? outcome.breakingDifferences : [];
    parentPort?.postMessage({
      breaks: breaks.map(({ code, sourceSpecEntityDetails, destinationSpecEntityDetails }) => ({
        code,
        location: [...sourceSpecEntityDetails, ...destinationSpecEntityDetails][0]?.location ?? '',
      })),
    });
  } catch (error) {
    parentPort?.postMessage({ refused: (error as Error).message.split('\n')[0] ?? '' });
  }
});
