import { choices } from './columns.ts';

export const incidentStates = choices(
  ['1', 'New'],
  ['2', 'In Progress'],
  ['3', 'On Hold'],
  ['6', 'Resolved'],
  ['7', 'Closed'],
  ['8', 'Canceled'],
);
export const taskStates = choices(
  ['-5', 'Pending'],
  ['1', 'Open'],
  ['2', 'Work in Progress'],
  ['3', 'Closed Complete'],
  ['4', 'Closed Incomplete'],
  ['7', 'Closed Skipped'],
);
// problem 101..107, change_request -5..4: measured by a client against a live Australia instance.
export const problemStates = choices(
  ['101', 'New'],
  ['102', 'Assess'],
  ['103', 'Root Cause Analysis'],
  ['104', 'Fix in Progress'],
  ['106', 'Resolved'],
  ['107', 'Closed'],
);
export const changeStates = choices(
  ['-5', 'New'],
  ['-4', 'Assess'],
  ['-3', 'Authorize'],
  ['-2', 'Scheduled'],
  ['-1', 'Implement'],
  ['0', 'Review'],
  ['3', 'Closed'],
  ['4', 'Canceled'],
);
// 10 and 18 appear in the documented samples of the CSM case API; the labels are practitioners' usage.
export const caseStates = choices(
  ['1', 'New'],
  ['10', 'Open'],
  ['18', 'Awaiting Info'],
  ['6', 'Resolved'],
  ['3', 'Closed'],
  ['7', 'Cancelled'],
);

export const levels = choices(['1', '1 - High'], ['2', '2 - Medium'], ['3', '3 - Low']);
export const priorities = choices(
  ['1', '1 - Critical'],
  ['2', '2 - High'],
  ['3', '3 - Moderate'],
  ['4', '4 - Low'],
  ['5', '5 - Planning'],
);
export const escalations = choices(['0', 'Normal'], ['1', 'Moderate'], ['2', 'High'], ['3', 'Overdue']);
export const notify = choices(['1', 'Do Not Notify'], ['2', 'Send Email'], ['3', 'Phone']);
export const approvals = choices(
  ['not requested', 'Not Yet Requested'],
  ['requested', 'Requested'],
  ['approved', 'Approved'],
  ['rejected', 'Rejected'],
);
export const uponReject = choices(['cancel', 'Cancel all future Tasks'], ['goto', 'Go to a previous Task']);
export const uponApproval = choices(
  ['proceed', 'Proceed to Next Task'],
  ['do_nothing', 'Wait for a User to Close this task'],
);
export const contactTypes = choices(
  ['phone', 'Phone'],
  ['email', 'Email'],
  ['self-service', 'Self-service'],
  ['walk-in', 'Walk-in'],
  ['chat', 'Chat'],
  ['virtual_agent', 'Virtual Agent'],
  ['monitoring', 'Monitoring'],
);
export const categories = choices(
  ['inquiry', 'Inquiry / Help'],
  ['software', 'Software'],
  ['hardware', 'Hardware'],
  ['network', 'Network'],
  ['database', 'Database'],
);
export const holdReasons = choices(
  ['1', 'Awaiting Caller'],
  ['5', 'Awaiting Change'],
  ['3', 'Awaiting Problem'],
  ['4', 'Awaiting Vendor'],
);
// Current releases; the older "Solved (Permanently)" is not among them (recorded: error-403-data-policy-bad-close-code-rec).
export const closeCodes = choices(
  ...(
    [
      'Duplicate',
      'Known error',
      'No resolution provided',
      'Resolved by caller',
      'Resolved by change',
      'Resolved by problem',
      'Resolved by request',
      'Solution provided',
      'Workaround provided',
      'User error',
    ] as const
  ).map((label) => [label, label] as const),
);
