/** `npx holdfast tenants series`: lists and sets the series of order numbers of a tenant. */
import {
  type CliCommand,
  CommandError,
  type CliOutput,
  UsageError,
  quoted,
  table,
  wholeNumber,
} from '../../command-line/command.ts';
import { SERIES, SERIES_DIGITS_MAX, SERIES_EXPECTED } from '../log/series.ts';
import { type OrderSeries, listSeries, setSeries } from '../order-series.ts';
import { tenantFrom } from './tenant-from.ts';

/** So high that no shop reaches the end of the numbers. */
const START_MAX = 999_999_999_999;

/** The next number as an order gets it: `W-1001`. */
const nextOf = ({ series, next_number, width }: OrderSeries): string =>
  series + String(next_number).padStart(width, '0');

const documentOf = (series: OrderSeries) => ({ ...series, next: nextOf(series) });

const listed = (all: readonly OrderSeries[], none: string): CliOutput => ({
  data: all.map(documentOf),
  text:
    all.length === 0
      ? none
      : table(
          ['SERIES', 'NEXT NUMBER', 'WIDTH'],
          all.map((each) => [each.series, nextOf(each), String(each.width)]),
        ),
});

export const series: CliCommand = {
  summary: 'List the series of order numbers of a tenant, or set the next number and the width of one.',
  positionals: ['TENANT', '[SERIES]'],
  options: {
    start: { placeholder: 'N', help: 'the next number; a used series only moves forward. Default: 1001' },
    width: { placeholder: 'N', help: 'digits at least, filled with zeros in front. Default: 0, no zeros' },
  },
  async run({ positionals: [tenant = '', name], values }, { database }): Promise<CliOutput> {
    const start =
      values['start'] === undefined ? undefined : wholeNumber('--start', values['start'], 1, START_MAX);
    const width =
      values['width'] === undefined
        ? undefined
        : wholeNumber('--width', values['width'], 0, SERIES_DIGITS_MAX);
    if (name === undefined) {
      if (start !== undefined || width !== undefined)
        throw new UsageError('--start and --width need a SERIES, such as W-');
    } else if (!SERIES.test(name)) {
      throw new UsageError(`SERIES ${SERIES_EXPECTED}, not ${quoted(name)}`);
    }
    const pool = await database();
    const { tenant_id: tenantId, partition } = await tenantFrom(pool, tenant);
    const tenancy = { tenantId, partition };
    if (name === undefined)
      return listed(
        await listSeries(pool, tenancy),
        'No series yet. The first order that asks for one creates it.',
      );
    if (start === undefined && width === undefined) {
      const found = (await listSeries(pool, tenancy)).filter((each) => each.series === name);
      return listed(found, `Series ${quoted(name)} is not used yet. Its first number is ${name}1001.`);
    }
    const done = await setSeries(pool, tenancy, { series: name, start, width });
    if (!done.isSet) {
      throw new CommandError(
        `The next number of ${quoted(name)} is ${nextOf(done.series)}. A start at ${start} could give a number twice. ` +
          `Use --start ${done.series.next_number} or more.`,
      );
    }
    return {
      data: documentOf(done.series),
      text: `The next number of ${quoted(name)} is ${nextOf(done.series)}.`,
    };
  },
};
