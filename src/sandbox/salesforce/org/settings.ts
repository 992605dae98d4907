/** Set-up of the org. Where the sources leave a behaviour open, it is a switch here. */
export interface OrgSettings {
  /** `Case.Status`: values outside the list are refused. No Case picklist is restricted by default (recording `describe-case-full`). */
  readonly restrictedPicklists: Set<string>;
  /** Fields whose changes CaseHistory keeps. */
  readonly trackedCaseFields: Set<string>;
  /** Whether a new comment moves its Case's SystemModstamp: no source settles it. */
  commentTouchesCase: boolean;
  /** Rows on a query page at most, even if more were asked for: a batch size is only a hint (SOQL reference, batch size). */
  pageRows: number;
  /** Rows of a child query that come with their parent; the rest is behind a locator of its own (SOQL reference, query results). */
  childRows: number;
  /** Query locators a session keeps open; the oldest dies first. */
  openLocators: number;
  /** Rolling 24 h API requests: 15,000 in a Developer Edition org (recording `rest-limits`), 100,000 and more in Enterprise. */
  dailyApiRequests: number;
  /** Rows of one collection that the org's own triggers take before they run into a governor limit; none by default. */
  triggerRows: number;
  /** This account may use the Bulk API. */
  bulkApi: boolean;
  /** Rows of one part of a query job's result at most, whatever was asked for. */
  bulkRows: number;
  /** What the next query jobs fail with, one each. */
  readonly bulkFailures: string[];
  /** HTTP status of a collections request that allOrNone rolled back: captures show 400 and 200. */
  allOrNoneStatus: 200 | 400;
  /** Life of a session without use, milliseconds. There is no expires_in: a 401 tells. */
  sessionMs: number;
  /** Each refresh gives a new refresh token, and an old one presented again kills the family. */
  refreshTokenRotation: boolean;
  /** The authorization code flow insists on a code challenge. */
  pkceRequired: boolean;
  /** The integration user may use the Metadata API ("Modify Metadata Through Metadata API Functions"), which it should not. */
  integrationMayChangeSetUp: boolean;
  /** The integration user may "Modify All Data", which it should not; nothing but UserPermissionAccess tells. */
  integrationModifiesAllData: boolean;
  /** Client credentials work on a My Domain host alone; false plays login.salesforce.com. */
  myDomain: boolean;
}

export function defaultSettings(): OrgSettings {
  return {
    restrictedPicklists: new Set(),
    trackedCaseFields: new Set([
      'Status',
      'Priority',
      'Subject',
      'Description',
      'Origin',
      'Type',
      'Reason',
      'OwnerId',
      'ContactId',
      'AccountId',
      'IsEscalated',
    ]),
    commentTouchesCase: false,
    pageRows: 2000,
    childRows: 200,
    openLocators: 10,
    dailyApiRequests: 100_000,
    triggerRows: Number.POSITIVE_INFINITY,
    bulkApi: true,
    bulkRows: 50_000,
    bulkFailures: [],
    allOrNoneStatus: 200,
    sessionMs: 2 * 3_600_000,
    refreshTokenRotation: true,
    pkceRequired: true,
    integrationMayChangeSetUp: false,
    integrationModifiesAllData: false,
    myDomain: true,
  };
}
