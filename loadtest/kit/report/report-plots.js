/* Draws the plots of a report in the browser. */
(() => {
  const { seconds, phases } = JSON.parse(document.getElementById('data').textContent);
  const dark = matchMedia('(prefers-color-scheme: dark)').matches;
  const ink = dark ? '#98a0aa' : '#556';
  const rule = dark ? '#2a3038' : '#e6e9ee';
  // Okabe and Ito: distinct for colour-blind readers.
  const colour = {
    placed: '#009e73',
    replayed: '#0072b2',
    limited: '#e69f00',
    shed: '#d55e00',
    failed: '#cc79a7',
    lost: '#999999',
    second: '#56b4e9',
  };
  const x = seconds.map(({ at }) => at);
  const outcomes = (...names) =>
    seconds.map((each) => names.reduce((sum, name) => sum + (each.outcomes[name] || 0), 0));
  const server = (name) => seconds.map((each) => each.server[name] ?? null);
  const plots = [
    [
      'Requests by outcome, a second',
      [
        ['placed', colour.placed, outcomes('placed', 'answered')],
        ['replayed', colour.replayed, outcomes('replayed')],
        ['429 over quota', colour.limited, outcomes('limited')],
        ['503 shed', colour.shed, outcomes('shed')],
        ['5xx', colour.failed, outcomes('failed')],
        ['no response', colour.lost, outcomes('timeout', 'cut', 'reset')],
      ],
    ],
    [
      'Latency of successful requests, ms',
      [
        ['p50', colour.placed, seconds.map((s) => s.p50)],
        ['p99', colour.limited, seconds.map((s) => s.p99)],
        ['p99.9', colour.shed, seconds.map((s) => s.p999)],
      ],
      true,
    ],
    ['Requests due, a second', [['due', colour.lost, seconds.map((s) => s.offered)]], true],
    [
      'Append queue and writes in flight',
      [
        ['queue', colour.replayed, server('queue')],
        ['in flight', colour.second, server('in_flight')],
        ['limit', colour.lost, server('limit')],
      ],
    ],
    [
      'Lag, events',
      [
        ['lists', colour.replayed, server('projection_lag')],
        ['webhooks', colour.limited, server('relay_lag')],
      ],
    ],
    [
      'Event loop delay p99 and scrape time, ms',
      [
        ['event loop', colour.shed, server('event_loop_ms')],
        ['scrape', colour.second, server('metrics_ms')],
      ],
    ],
  ];
  const bands = (u) => {
    const { ctx, bbox } = u;
    ctx.save();
    for (const { name, from, to } of phases) {
      const left = u.valToPos(from, 'x', true);
      const right = u.valToPos(to, 'x', true);
      if (name.startsWith('storm')) {
        ctx.fillStyle = dark ? 'rgba(213,94,0,.14)' : 'rgba(213,94,0,.08)';
        ctx.fillRect(left, bbox.top, right - left, bbox.height);
      }
      ctx.fillStyle = ink;
      ctx.fillRect(left, bbox.top, 1, bbox.height);
    }
    ctx.restore();
  };
  const sync = uPlot.sync('seconds');
  const show = (value) => (value === null || value === undefined ? '–' : value.toLocaleString('en'));
  // Add all cards first: the width of a card depends on the number of cards in its row.
  const boxes = plots.map(([title]) => {
    const box = document.createElement('section');
    const heading = document.createElement('h2');
    heading.textContent = title;
    box.append(heading);
    return box;
  });
  document.getElementById('plots').append(...boxes);
  for (const [n, [, series, log]] of plots.entries()) {
    const box = boxes[n];
    const axis = { stroke: ink, grid: { stroke: rule }, ticks: { stroke: rule } };
    const plot = new uPlot(
      {
        width: box.clientWidth,
        height: 220,
        scales: {
          x: { time: false },
          y: log ? { distr: 3 } : { range: (u, min, max) => [0, (max || 1) * 1.05] },
        },
        axes: [
          { ...axis, values: (u, list) => list.map((v) => `${v} s`) },
          { ...axis, size: 60 },
        ],
        series: [
          { label: 's' },
          ...series.map(([label, stroke]) => ({
            label,
            stroke,
            width: 1.5,
            value: (u, v) => show(v),
            spanGaps: true,
          })),
        ],
        cursor: { sync: { key: sync.key } },
        hooks: { drawClear: [bands] },
      },
      [x, ...series.map(([, , values]) => (log ? values.map((v) => v || null) : values))],
      box,
    );
    new ResizeObserver(() => {
      if (box.clientWidth !== plot.width) plot.setSize({ width: box.clientWidth, height: 220 });
    }).observe(box);
  }
})();
