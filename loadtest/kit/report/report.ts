/** The HTML report: figures, verdicts and plots in one file without external parts. */
import { readFile } from 'node:fs/promises';
import type { Second } from '../recorder.ts';
import type { Outcome } from '../scenario.ts';

export interface Report extends Outcome {
  scenario: string;
  command: string;
  /** Cores and Node version. */
  machine: string;
  date: string;
  seconds: Second[];
}

const text = (value: unknown) =>
  String(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');

export async function renderReport(report: Report): Promise<string> {
  const here = new URL('../../../node_modules/uplot/dist/', import.meta.url);
  const [uplot, style, script, css] = await Promise.all([
    readFile(new URL('uPlot.iife.min.js', here), 'utf8'),
    readFile(new URL('uPlot.min.css', here), 'utf8'),
    readFile(new URL('./report-plots.js', import.meta.url), 'utf8'),
    readFile(new URL('./report.css', import.meta.url), 'utf8'),
  ]);
  const data = JSON.stringify({ seconds: report.seconds, phases: report.phases }).replaceAll('<', '\\u003c');
  const hasPassed = report.verdicts.every(({ ok }) => ok);
  const verdicts = report.verdicts
    .map(
      ({ text: promise, ok }) =>
        `<li class="${ok ? 'good' : 'bad'}"><b>${ok ? 'yes' : 'NO'}</b> ${text(promise)}</li>`,
    )
    .join('\n');
  const figures = Object.entries(report.figures)
    .map(([name, value]) => {
      const shown = typeof value === 'number' ? value.toLocaleString('en') : value;
      return `<tr><th scope="row">${text(name)}</th><td>${text(shown)}</td></tr>`;
    })
    .join('\n');
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(report.scenario)} – Holdfast under load</title>
<style>${style}${css}</style>
<header>
<h1>${text(report.scenario)} <span class="${hasPassed ? 'good' : 'bad'}">${hasPassed ? 'passed' : 'failed'}</span></h1>
<p>${text(report.date)} · ${text(report.machine)}<br><code>${text(report.command)}</code></p>
</header>
<main>
<ul class="verdicts">
${verdicts}
</ul>
<div id="plots"></div>
<table>
${figures}
</table>
<p>With an open loop (before and after a storm, steady, mixed), a latency counts from the time when the request was due, so that a stalled server shows. With a closed
loop (capacity, walk) and in the storm, it counts from the first attempt.</p>
</main>
<script>${uplot}</script>
<script id="data" type="application/json">${data}</script>
<script>${script}</script>
</html>
`;
}
