/** How files of one pair travel. */
export interface FileRules {
  /** When files of this pair were first switched on. ISO 8601. */
  readonly startsAt: string;
}
