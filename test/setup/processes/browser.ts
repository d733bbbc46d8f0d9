/** A real browser, if the machine has one. */
import { access } from 'node:fs/promises';
import { type Browser, chromium } from 'playwright-core';

const BROWSERS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];
const found = await Promise.all(
  BROWSERS.map((path) =>
    access(path).then(
      () => path,
      () => undefined,
    ),
  ),
);
const executablePath = found.find((path) => path !== undefined);

/** Whether there is a browser; otherwise tests that need it are skipped. */
export const hasBrowser = executablePath !== undefined;

export const openBrowser = async (): Promise<Browser | undefined> =>
  executablePath === undefined
    ? undefined
    : chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
