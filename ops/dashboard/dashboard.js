// @ts-check
/* The page /ops: fetches new data once a second, and shows when the server does not answer. */

/** @typedef {'unknown' | 'calm' | 'look' | 'storm' | 'trouble'} VerdictLevel */
/** @typedef {{ level: VerdictLevel, text: string, since: number | null }} Verdict */
/** @typedef {'ok' | 'warn' | 'bad'} Level */
/** @typedef {{ name: string, level: Level, text: string, since: number | null }} Finding */
/** @typedef {{ requests: number, replayed: number, limited: number, shed: number }} Counts */
/** @typedef {import('../../api/overview/callers.ts').ShownQuotas} Quotas */
/** @typedef {{ tenant: string, mode: 'live' | 'test' | null }} Shop */
/** @typedef {Counts & Shop & { key_id: string, quotas: Quotas | null }} Caller */
/** @typedef {Record<string, (number | null)[]>} Series */
/** @typedef {import('../../store/webhooks/status.ts').WebhookStatus} WebhookStatus */
/** @typedef {WebhookStatus['endpoints'][number]} Endpoint */
/** @typedef {{ verdict: Verdict, findings: Finding[], callers: Caller[] }} Assessment */
/** @typedef {{ now: number, series: Series, webhooks: WebhookStatus | null }} Figures */
/** @typedef {Assessment & Figures} Overview */

const POINTS_MAX = 900;
const POLL_INTERVAL_MS = 1_000;
const ANSWER_TIMEOUT_MS = 3_000;
const PLOT_HEIGHT_PX = 190;
// The palette of Okabe and Ito, for colour-blind readers. Each colour has one meaning.
const COLOUR = {
  good: '#009e73',
  again: '#0072b2',
  limited: '#e69f00',
  shed: '#d55e00',
  failed: '#cc79a7',
  other: '#8a8f98',
  cool: '#56b4e9',
};

/** Title, unit, series (label, colour, name), and whether the scale is logarithmic. */
const PLOTS = /** @type {const} */ ([
  [
    'Answers a second',
    '/s',
    [
      ['placed', COLOUR.good, 'placed'],
      ['repeats', COLOUR.again, 'replayed'],
      ['429', COLOUR.limited, 'limited'],
      ['503', COLOUR.shed, 'shed'],
      ['other 5xx', COLOUR.failed, 'failed'],
      ['hung up', COLOUR.other, 'hung_up'],
    ],
    false,
  ],
  [
    'Latency',
    'ms',
    [
      ['writes p50', COLOUR.good, 'write_p50_ms'],
      ['writes p99', COLOUR.shed, 'write_p99_ms'],
      ['reads p99', COLOUR.cool, 'read_p99_ms'],
    ],
    true,
  ],
  [
    'Writes in flight, and their limit',
    '',
    [
      ['append queue', COLOUR.again, 'append_queue'],
      ['in flight', COLOUR.good, 'in_flight'],
      ['limit', COLOUR.other, 'write_limit'],
    ],
    false,
  ],
  [
    'Events behind',
    '',
    [
      ['lists', COLOUR.again, 'projection_lag'],
      ['webhooks', COLOUR.limited, 'relay_lag'],
    ],
    false,
  ],
  [
    'Event loop p99 (ms), and commands an append',
    '',
    [
      ['event loop', COLOUR.shed, 'event_loop_ms'],
      ['batch', COLOUR.cool, 'batch_size'],
    ],
    false,
  ],
  [
    'Webhooks a second, limiter fallbacks, pool queue',
    '',
    [
      ['delivered', COLOUR.good, 'deliveries'],
      ['limiter fallbacks', COLOUR.limited, 'limiter_fallbacks'],
      ['waiting for Postgres', COLOUR.failed, 'pool_waiting'],
    ],
    false,
  ],
]);
const VERDICTS = {
  unknown: 'Starting',
  calm: 'Calm',
  look: 'Warning',
  storm: 'Retry storm',
  trouble: 'Trouble',
};
const LEVELS = { ok: 'fine', warn: 'warning', bad: 'act' };

/** @type {Record<string, (number | null)[]>} */
const series = { t: [] };
/** @type {{ plot: any, names: string[], log: boolean }[]} */
let plots = [];
let minutes = 5;
let answeredAt = 0;

/** @param {string} id */
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
/** @param {number} ms */
const clock = (ms) => new Date(ms).toLocaleTimeString('en-GB');
/** @param {number | null | undefined} value */
const count = (value) =>
  value === null || value === undefined
    ? '–'
    : value.toLocaleString('en', { maximumFractionDigits: value < 10 ? 1 : 0 });

/** @param {number | null} since @param {number} now */
function durationText(since, now) {
  if (since === null) return '';
  const seconds = Math.max(0, Math.round((now - since) / 1_000));
  const duration = seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
  return `since ${clock(since)}, for ${duration}`;
}

/** @param {string} tag @param {string} text */
function element(tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  return made;
}

/** @param {Verdict} verdict @param {number} now */
function showVerdict({ level, text, since }, now) {
  const box = byId('verdict');
  box.dataset['level'] = level;
  /** @type {[string, string][]} */ ([
    ['h1', VERDICTS[level]],
    ['.what', text],
    ['.since', durationText(since, now)],
  ]).forEach(([selector, content]) => {
    const target = /** @type {HTMLElement} */ (box.querySelector(selector));
    if (target.textContent !== content) target.textContent = content;
  });
  document.title = `${level === 'calm' || level === 'unknown' ? '' : '● '}${VERDICTS[level]} – Holdfast`;
}

/** @param {Finding[]} findings @param {number} now */
function showFindings(findings, now) {
  byId('findings').replaceChildren(
    ...findings.map(({ name, level, text, since }) => {
      const item = document.createElement('li');
      item.dataset['level'] = level;
      const head = element('b', name);
      head.append(element('i', LEVELS[level]));
      item.append(head, element('div', text), element('small', durationText(since, now)));
      return item;
    }),
  );
}

/**
 * @param {string | undefined} own
 * @param {string | null | undefined} ofShop
 */
const quotaText = (own, ofShop) => (own === undefined ? '–' : ofShop ? `${own}, shop ${ofShop}` : own);

/** @param {Caller[]} callers */
function showCallers(callers) {
  const most = Math.max(1, ...callers.map(({ requests }) => requests));
  const rows = callers.map(({ tenant, mode, key_id, requests, replayed, limited, shed, quotas }) => {
    const row = document.createElement('tr');
    const name = element('td', tenant);
    if (mode === 'test') name.append(' ', element('small', 'test orders'));
    const amount = document.createElement('td');
    const bar = document.createElement('meter');
    bar.max = most;
    bar.value = requests;
    amount.append(bar, count(requests));
    row.append(
      name,
      element('td', key_id),
      amount,
      ...[replayed, limited, shed].map((each) => element('td', count(each))),
      element('td', quotaText(quotas?.write, quotas?.tenant_write)),
      element('td', quotaText(quotas?.read, quotas?.tenant_read)),
    );
    return row;
  });
  if (rows.length === 0) {
    const row = document.createElement('tr');
    const cell = /** @type {HTMLTableCellElement} */ (element('td', 'no callers'));
    cell.colSpan = 8;
    row.append(cell);
    rows.push(row);
  }
  byId('callers').replaceChildren(...rows);
}

/** Where counts of pending and failed deliveries end. */
const COUNTED_MAX = 10_000;
/** @param {number} deliveries */
const counted = (deliveries) => (deliveries >= COUNTED_MAX ? '10,000+' : count(deliveries));

/** @param {number | null} seconds */
function ageText(seconds) {
  if (seconds === null) return '–';
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 120) return `${whole} s`;
  if (whole < 7_200) return `${Math.floor(whole / 60)} min`;
  return whole < 172_800 ? `${Math.floor(whole / 3_600)} h` : `${Math.floor(whole / 86_400)} d`;
}

/** @param {string} iso */
const shortTime = (iso) => iso.slice(5, 19).replace('T', ' ');

/** @param {Endpoint} endpoint */
function reasonText(endpoint) {
  const { state, failing_since, failures, last_error, last_status, rests_until } = endpoint;
  const last = [last_error, last_status].filter((part) => part !== null).join(' ');
  const failing = failing_since && [
    `${count(failures)} failures in a row since ${shortTime(failing_since)}`,
    ...(last === '' ? [] : [`last: ${last}`]),
    ...(rests_until === null ? [] : [`rests until ${shortTime(rests_until).slice(6)}`]),
  ];
  const own = {
    unclaimed: `due since ${shortTime(endpoint.due_since ?? '')}, no worker`,
    disabled: `${endpoint.disabled_reason} at ${shortTime(endpoint.disabled_at ?? '')}`,
    waiting: `next retry ${shortTime(endpoint.next_attempt_at ?? '')}`,
    sending: `behind, at most ${endpoint.max_per_second} a second`,
    failing: '',
    idle: '',
  }[state];
  return [own, ...(failing || [])].filter(Boolean).join('; ');
}

/** @param {WebhookStatus | null} webhooks @param {number} now */
function showWebhooks(webhooks, now) {
  const rows = (webhooks?.endpoints ?? []).map((endpoint) => {
    const row = document.createElement('tr');
    row.dataset['level'] = endpoint.state === 'unclaimed' ? 'bad' : 'warn';
    const id = element('td', endpoint.host);
    id.append(element('small', endpoint.id));
    row.append(
      element('td', endpoint.tenant),
      id,
      element('td', endpoint.state),
      element('td', reasonText(endpoint)),
      element('td', ageText(endpoint.oldest_undelivered_seconds)),
      element('td', counted(endpoint.pending)),
      element('td', counted(endpoint.failed)),
    );
    return row;
  });
  if (rows.length === 0) {
    const row = document.createElement('tr');
    const cell = /** @type {HTMLTableCellElement} */ (element('td', webhooks ? 'none' : 'no status yet'));
    cell.colSpan = 7;
    row.append(cell);
    rows.push(row);
  }
  byId('webhooks').replaceChildren(...rows);
  byId('webhook-totals').textContent = webhooks ? totalsText(webhooks, now) : '';
}

/** @param {WebhookStatus} webhooks @param {number} now */
function totalsText({ states, relay, replays, delivered_per_second: rate, read_at }, now) {
  const texts = states.map(
    ({ state, endpoints, oldest_undelivered_seconds: age }) =>
      `${count(endpoints)} ${state}${age === null ? '' : ` (oldest event ${ageText(age)})`}`,
  );
  const paused = relay.filter(({ paused_at }) => paused_at !== null).map(({ partition }) => partition);
  return [
    `All nodes, ${ageText((now - Date.parse(read_at)) / 1_000)} ago: ${texts.join(', ') || 'no endpoints'}`,
    `${count(rate)} delivered a second`,
    `relay ${relay.map(({ partition, behind }) => `${partition}: ${count(behind)} behind`).join(', ')}`,
    ...(paused.length === 0 ? [] : [`relay paused in partition ${paused.join(', ')}`]),
    ...(replays.length === 0 ? [] : [`${replays.length} replays`]),
  ].join('; ');
}

function drawPlots() {
  for (const { plot } of plots) widths.unobserve(plot.root.parentElement);
  const boxes = PLOTS.map(([title]) => {
    const box = document.createElement('section');
    box.append(element('h2', title));
    return box;
  });
  byId('plots').replaceChildren(...boxes);
  plots = PLOTS.map((plotted, n) => {
    const [, , lines, log] = plotted;
    const box = /** @type {HTMLElement} */ (boxes[n]);
    // @ts-expect-error -- uPlot is a global of its own script
    const plot = new uPlot(plotOptions(plotted, widthOf(box)), undefined, box);
    widths.observe(box);
    return { plot, names: lines.map(([, , name]) => name), log };
  });
}

/**
 * @param {typeof PLOTS[number]} plotted
 * @param {number} width
 */
function plotOptions([, unit, lines, log], width) {
  const style = getComputedStyle(document.documentElement);
  const rule = { stroke: style.getPropertyValue('--rule'), width: 1 };
  const axis = { stroke: style.getPropertyValue('--soft'), grid: { ...rule }, ticks: { ...rule } };
  return {
    width,
    height: PLOT_HEIGHT_PX,
    scales: {
      y: log
        ? { distr: 3 }
        : {
            range: (/** @type {any} */ _, /** @type {number} */ _min, /** @type {number} */ max) => [
              0,
              (max || 1) * 1.08,
            ],
          },
    },
    axes: [
      {
        ...axis,
        space: 70,
        values: (/** @type {any} */ _, /** @type {number[]} */ list) =>
          list.map((at) => clock(at * 1_000).slice(0, minutes === 1 ? 8 : 5)),
      },
      {
        ...axis,
        size: 56,
        values: (/** @type {any} */ _, /** @type {number[]} */ list) =>
          list.map((each) => (each === null ? '' : count(each))),
      },
    ],
    series: [
      {
        value: (/** @type {any} */ _, /** @type {number | null} */ at) =>
          at === null ? '–' : clock(at * 1_000),
      },
      ...lines.map(([label, stroke]) => seriesOptions(label, stroke, unit)),
    ],
    cursor: { sync: { key: 'seconds' } },
    legend: { live: true },
  };
}

/**
 * @param {string} label
 * @param {string} stroke
 * @param {string} unit
 */
const seriesOptions = (label, stroke, unit) => ({
  label,
  stroke,
  width: 1.75,
  spanGaps: true,
  points: { show: false },
  value: (/** @type {any} */ _, /** @type {number | null} */ value) =>
    `${count(value)}${value === null ? '' : ` ${unit}`}`,
});

/** @param {HTMLElement} box */
function widthOf(box) {
  const { paddingLeft, paddingRight } = getComputedStyle(box);
  return box.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
}

/** Fits each plot to its card, which a window, a scroll bar or the grid can resize. */
const widths = new ResizeObserver(() => {
  for (const { plot } of plots) {
    const width = widthOf(plot.root.parentElement);
    if (width !== plot.width) plot.setSize({ width, height: PLOT_HEIGHT_PX });
  }
});

function fillPlots() {
  const times = /** @type {number[]} */ (series['t']);
  const end = (times.at(-1) ?? Date.now()) / 1_000;
  for (const { plot, names, log } of plots) {
    const lines = names.map(
      (name) => (log ? series[name]?.map((value) => value || null) : series[name]) ?? [],
    );
    plot.setData([times.map((at) => at / 1_000), ...lines], false);
    plot.batch(() => {
      plot.setScale('x', { min: end - minutes * 60, max: end });
    });
    if (plot.cursor.idx === null || plot.cursor.left < 0) plot.setLegend({ idx: times.length - 1 });
  }
}

/** @param {Overview['series']} fresh */
function addPoints(fresh) {
  for (const [name, values] of Object.entries(fresh)) {
    const all = (series[name] ??= []);
    all.push(...values);
    if (all.length > POINTS_MAX) all.splice(0, all.length - POINTS_MAX);
  }
}

async function poll() {
  try {
    const after = series['t']?.at(-1) ?? 0;
    const answer = await fetch(`/ops/data?after=${after}`, {
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    if (!answer.ok) throw new Error(String(answer.status));
    /** @type {Overview} */
    const overview = await answer.json();
    answeredAt = Date.now();
    addPoints(overview.series);
    showVerdict(overview.verdict, overview.now);
    showFindings(overview.findings, overview.now);
    showCallers(overview.callers);
    showWebhooks(overview.webhooks, overview.now);
    fillPlots();
  } catch {
    // shown below, once the timeout has passed
  }
  const silent = Date.now() - answeredAt > ANSWER_TIMEOUT_MS;
  document.body.classList.toggle('silent', silent);
  byId('silent').hidden = !silent;
  if (silent)
    byId('silent').textContent = answeredAt === 0 ? 'No answer yet' : `No answer since ${clock(answeredAt)}`;
  setTimeout(poll, POLL_INTERVAL_MS);
}

byId('range').addEventListener('click', ({ target }) => {
  if (!(target instanceof HTMLButtonElement)) return;
  minutes = Number(target.dataset['minutes']);
  for (const button of byId('range').querySelectorAll('button'))
    button.setAttribute('aria-pressed', String(button === target));
  fillPlots();
});
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  drawPlots();
  fillPlots();
});
drawPlots();
void poll();
