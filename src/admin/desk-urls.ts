import type { ServiceNowSettings, SalesforceSettings } from '../config/settings.ts';
import type { Side } from '../core/side.ts';

export interface DeskUrls {
  readonly deskUrl: (side: Side) => string | null;
  readonly ticketUrl: (side: Side, object: string, id: string) => string | null;
}

const safe = /^[A-Za-z0-9_]+$/;

/**
 * Where people see a ticket: ServiceNow's `nav_to.do`, Lightning's record page. The shared Salesforce login hosts show no records, so
 * that there is no address without a My Domain.
 */
export function deskUrls(settings: {
  readonly servicenow: Pick<ServiceNowSettings, 'url'>;
  readonly salesforce: Pick<SalesforceSettings, 'loginUrl'>;
}): DeskUrls {
  const shared = /^https:\/\/(login|test)\.salesforce\.com$/.test(settings.salesforce.loginUrl);
  const base: Readonly<Record<Side, string | null>> = {
    servicenow: settings.servicenow.url,
    salesforce: shared ? null : settings.salesforce.loginUrl,
  };
  return {
    deskUrl: (side) => base[side],
    ticketUrl: (side, object, id) => {
      const url = base[side];
      if (url === null || !safe.test(object) || !safe.test(id)) return null;
      return side === 'servicenow'
        ? `${url}/nav_to.do?uri=${encodeURIComponent(`${object}.do?sys_id=${id}`)}`
        : `${url}/lightning/r/${object}/${id}/view`;
    },
  };
}
