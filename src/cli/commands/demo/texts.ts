/** Short texts of our own, for real incidents whose texts were taken out when they were anonymised. */
const troubles: readonly (readonly [subject: string, description: string])[] = [
  [
    'VPN drops every few minutes',
    'The connection is lost as soon as a large file is opened. Started this morning, at home and in the office.',
  ],
  ['Cannot print to the second-floor printer', 'Jobs stay in the queue. Other people on the floor can print.'],
  [
    'Shared mailbox missing after the move',
    'The finance mailbox is gone from the folder list since the account was moved.',
  ],
  ['Laptop does not wake from sleep', 'The power light blinks, the screen stays black. Only a hard restart helps.'],
  ['Password reset mail never arrives', 'Asked for it three times. Nothing in the junk folder either.'],
  [
    'ERP shows “period closed” for the open month',
    'Postings for this month are refused. Last month was closed on Friday.',
  ],
  ['Slow file share in the Lisbon office', 'Opening a folder takes about a minute. Copying is just as slow.'],
  ['Phone has no dial tone', 'Desk phone, extension 4471. The cable was changed already.'],
  ['Access to the project site needed', 'New in the team since Monday; the lead has agreed.'],
  ['Calendar shows meetings an hour late', 'Only those made by colleagues abroad. My own are right.'],
  ['Scanner sends empty pages', 'Every second page is white. The glass is clean.'],
  ['Invoice export stops at row 1,000', 'The list has about 4,300 rows. The file ends without a message.'],
  ['Monitor flickers after the update', 'External one only. Another cable made no difference.'],
  ['Badge does not open the garage', 'Works at the main door. Replaced last week.'],
  ['Customer portal: error 500 on upload', 'PDF of 3 MB. A smaller one goes through.'],
  ['Two-factor app lost with the old phone', 'Got a new phone; the old one was wiped before I could move the app.'],
  ['Barcode reader types the wrong characters', 'Umlauts come out as question marks: “Größe” reads as “Gr??e”.'],
  ['Warehouse tablet without Wi-Fi', 'Aisles 7 to 9 only. Fine elsewhere.'],
  ['Report “open orders” is empty', 'It had 212 lines yesterday. Nobody closed them.'],
  ['Headset microphone too quiet', 'People on calls can barely hear me 🙉. Volume is at 100 %.'],
];

/** Always the same text for the same incident. */
export function troubleOf(number: string): { readonly subject: string; readonly description: string } {
  const [subject, description] = troubles[Number(number.replace(/\D/g, '')) % troubles.length] ?? ['Trouble', ''];
  return { subject, description };
}

export const moreDetail: readonly string[] = [
  'Asked the customer for a screenshot.',
  'Same thing on a second machine.',
  'It works again after a restart, but not for long.',
  'The supplier has been told; waiting for a part.',
  'Could be the same cause as last week.',
];
