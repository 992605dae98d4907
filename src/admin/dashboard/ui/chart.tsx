import { useEffect, useRef, useState } from 'preact/hooks';
import type uPlot from 'uplot';

export interface ChartLine {
  readonly label: string;
  readonly values: readonly (number | null)[];
  /** Dashed lines are told apart without colour. */
  readonly dash?: readonly number[];
}

interface ChartProps {
  /** What is to be seen, in one sentence, for those who cannot see it. */
  readonly summary: string;
  /** Seconds since 1970. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
}

/** Lines over time. uPlot draws on a canvas, so its colours are read from elements that the style sheet paints. */
export function Chart({ summary, times, lines }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const drawn = useRef<uPlot | null>(null);
  const [failed, setFailed] = useState(false);
  const shown = useRef({ times, lines });
  shown.current = { times, lines };
  const labels = lines.map((line) => line.label).join('|');

  useEffect(() => {
    const box = place.current;
    if (box === null) return undefined;
    let here = true;
    let Plot: typeof uPlot | null = null;
    const draw = (): void => {
      if (Plot === null || !here) return;
      drawn.current?.destroy();
      drawn.current = new Plot(options(box, shown.current.lines), dataOf(shown.current), box);
    };
    // Apart from the page's own code: it refuses to load where the browser's language is not a valid tag (`en-US@posix`).
    import('uplot').then(
      (module) => {
        Plot = module.default;
        draw();
      },
      () => setFailed(true),
    );
    const resized = new ResizeObserver(() => drawn.current?.setSize({ width: box.clientWidth, height }));
    resized.observe(box);
    const scheme = matchMedia('(prefers-color-scheme: dark)');
    scheme.addEventListener('change', draw);
    addEventListener('theme', draw);
    return () => {
      here = false;
      resized.disconnect();
      scheme.removeEventListener('change', draw);
      removeEventListener('theme', draw);
      drawn.current?.destroy();
      drawn.current = null;
    };
  }, [labels]);

  useEffect(() => {
    drawn.current?.setData(dataOf({ times, lines }));
  }, [times, lines]);

  return (
    <figure class="chart-box">
      <div ref={place} class="chart" aria-hidden="true">
        <span class="chart-ink" />
        <span class="chart-grid" />
        {lines.map((line, at) => (
          <span key={line.label} class={`chart-line-${at}`} />
        ))}
      </div>
      <figcaption class="soft">
        {summary}
        {failed && ' The chart cannot be drawn in this browser.'}
      </figcaption>
    </figure>
  );
}

const height = 190;
/** Whole minutes, in seconds: what is counted by the minute has no half ones. */
const steps = [60, 120, 300, 600, 900, 1800, 3600, 10_800];
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });
const clockOf = (seconds: number): string => clock.format(seconds * 1000);

function dataOf({ times, lines }: Pick<ChartProps, 'times' | 'lines'>): uPlot.AlignedData {
  return [[...times], ...lines.map((line) => [...line.values])];
}

function options(box: HTMLElement, lines: readonly ChartLine[]): uPlot.Options {
  const ink = colourOf(box, 'chart-ink');
  const grid = { stroke: colourOf(box, 'chart-grid'), width: 1 };
  const axis = { stroke: ink, grid, ticks: grid, font: '11px system-ui, sans-serif' };
  return {
    width: box.clientWidth,
    height,
    cursor: { drag: { x: false, y: false } },
    scales: { y: { range: (_, __, most) => [0, Math.max(4, Math.ceil((most ?? 0) * 1.1))] } },
    axes: [
      { ...axis, incrs: steps, values: (_, times) => times.map(clockOf) },
      { ...axis, size: 44 },
    ],
    series: [
      { label: 'Minute', value: (_, at) => (at === null || at === undefined ? '–' : clockOf(at)) },
      ...lines.map((line, at) => ({
        label: line.label,
        stroke: colourOf(box, `chart-line-${at}`),
        width: 2,
        points: { show: false },
        ...(line.dash === undefined ? {} : { dash: [...line.dash] }),
      })),
    ],
  };
}

function colourOf(box: HTMLElement, name: string): string {
  const painted = box.querySelector(`.${name}`);
  return painted === null ? 'gray' : getComputedStyle(painted).color;
}
