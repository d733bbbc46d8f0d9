/** The metrics of one process: those of its main thread, and what its other threads report. */
import { AggregatorRegistry, Registry } from 'prom-client';

/** Metrics as prom-client passes them between processes. */
export type MetricsReport = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

export class ProcessRegistry extends Registry {
  readonly #threads = new Set<() => MetricsReport>();

  /**
   * Adds the metrics of another thread to those of this one.
   *
   * @param read the last report of the thread
   * @returns takes the thread out again
   */
  addThread(read: () => MetricsReport): () => void {
    this.#threads.add(read);
    return () => void this.#threads.delete(read);
  }

  /** The metrics whose names match. Costs a fraction of their text. */
  async report(names: RegExp): Promise<MetricsReport> {
    const own = this.getMetricsAsArray().filter(({ name }) => names.test(name));
    const read = (await Promise.all(
      own.map(({ name }) => this.getSingleMetric(name)!.get()),
    )) as MetricsReport;
    if (this.#threads.size === 0) return read;
    const others = [...this.#threads].flatMap((report) => report()).filter(({ name }) => names.test(name));
    const isShared = ({ name }: { name: string }) => others.some((other) => other.name === name);
    // An aggregation leaves out what is of one process, such as its start.
    const sums = AggregatorRegistry.aggregate([read.filter(isShared), others] as never);
    return [...read.filter((metric) => !isShared(metric)), ...(await sums.getMetricsAsJSON())];
  }

  override getMetricsAsJSON(): Promise<MetricsReport> {
    return this.report(/^/);
  }

  override async metrics(): Promise<string> {
    if (this.#threads.size === 0) return super.metrics();
    const all = new Registry();
    for (const metric of await this.report(/^/))
      all.registerMetric({ ...metric, get: () => metric } as never);
    return all.metrics();
  }
}
