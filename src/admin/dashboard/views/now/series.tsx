import { useMemo } from 'preact/hooks';
import { useAnswer } from '../../api/use-answer.ts';
import { Chart } from '../../ui/chart.tsx';
import { Loaded } from '../../ui/parts.tsx';
import { formatNumber } from '../../ui/time.ts';
import type { Bucket, Series } from '../../../schemas/status.ts';

const minutes = 60;

/** Changes per minute to each side, as this process saw them. */
export function SeriesCard() {
  const series = useAnswer('/api/series', { query: { minutes } }, { everyMs: 15_000 });
  return (
    <section class="card">
      <h2>Changes per minute</h2>
      <Loaded answer={series}>{(data) => <SeriesChart series={data} />}</Loaded>
    </section>
  );
}

function SeriesChart({ series }: { readonly series: Series }) {
  const { times, lines, total } = useMemo(() => {
    const buckets = withoutIdleStart(series.buckets);
    const toSalesforce = buckets.map(({ written, created }) => written.salesforce + created.salesforce);
    const toServiceNow = buckets.map(({ written, created }) => written.servicenow + created.servicenow);
    const sum = (values: readonly number[]): number => values.reduce((all, one) => all + one, 0);
    return {
      times: buckets.map((bucket) => Date.parse(bucket.at) / 1000),
      lines: [
        { label: 'To Salesforce', values: toSalesforce },
        { label: 'To ServiceNow', values: toServiceNow, dash: [6, 3] },
      ],
      total: { salesforce: sum(toSalesforce), servicenow: sum(toServiceNow) },
    };
  }, [series]);
  return (
    <Chart
      summary={`In the last hour: ${formatNumber(total.salesforce)} changes went to Salesforce, ${formatNumber(total.servicenow)} to ServiceNow.`}
      times={times}
      lines={lines}
    />
  );
}

const fewest = 10;

/** Minutes before the first change say nothing; a few are kept so that a line is a line. */
function withoutIdleStart(buckets: readonly Bucket[]): readonly Bucket[] {
  const busy = ({ written, created }: Bucket): boolean =>
    written.servicenow + written.salesforce + created.servicenow + created.salesforce > 0;
  const first = buckets.findIndex(busy);
  return first === -1 ? buckets : buckets.slice(Math.max(0, Math.min(first - 1, buckets.length - fewest)));
}
