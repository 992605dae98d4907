/** A function of the mapping file did not do its work for one record: that record is set aside, with the field named. */
export class MappingFault extends Error {
  override readonly name = 'MappingFault';
  readonly pair: string;
  readonly field: string;
  readonly why: 'threw' | 'no-value' | 'took-too-long';
  /** What the function itself said; empty where it said nothing. */
  readonly said: string;

  constructor(data: Pick<MappingFault, 'pair' | 'field' | 'why' | 'said'>, options?: ErrorOptions) {
    super(`${data.pair} ${data.field}: ${data.why}${data.said === '' ? '' : `: ${data.said}`}`, options);
    this.pair = data.pair;
    this.field = data.field;
    this.why = data.why;
    this.said = data.said;
  }
}
