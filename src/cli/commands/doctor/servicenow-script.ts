/** What the script is made for. */
export interface ScriptFacts {
  /** User name of the account that Casebridge works with. */
  readonly user: string;
  /** True for the browser login, whose person needs the tokens' own table (KB0725643). */
  readonly browserLogin: boolean;
  /** Roles of the product that the tables of the mapping file want. */
  readonly roles: readonly string[];
  readonly history: boolean;
}

/** The role that the ACLs name; only the user of Casebridge gets it. */
export const servicenowRole = 'casebridge_integration';

interface Grant {
  readonly acl: string;
  readonly operation: 'read' | 'write';
  readonly why: string;
}

/** Pure: the rights that the script asks for, in the order of docs/servicenow.md. */
export function grantsFor({ browserLogin, history }: ScriptFacts): readonly Grant[] {
  const read = (acl: string, why: string): Grant => ({ acl, operation: 'read', why });
  return [
    read('sys_journal_field', 'comments and work notes by their rows'),
    read('sys_audit_delete', 'deleted tickets told from hidden ones'),
    ...(history ? [read('sys_audit', 'conflicts dated by field history')] : []),
    read('sys_dictionary', 'lengths and types of fields'),
    read('sys_choice', 'choices'),
    read('sys_choice.name', 'choices: their table'),
    read('sys_choice.element', 'choices: their field'),
    read('sys_choice.value', 'choices: their value'),
    ...(browserLogin
      ? [
          read('oauth_credential', 'tokens of the browser login'),
          { acl: 'oauth_credential', operation: 'write', why: 'tokens of the browser login' } as const,
        ]
      : []),
  ];
}

/** Text as a literal of a script: nothing in it can end the literal or the line. */
function literal(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u007f-\uffff<>]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/**
 * A background script for an administrator to read and run; Casebridge never runs it. It looks before it inserts, so that it can be
 * run again. An ACL is added only beside one of the same name and operation: the first of its name would shut everybody else out.
 */
export function servicenowScript(facts: ScriptFacts): string {
  return `// Casebridge: a role, its ACLs, and the roles of its user. Read it, then run it under
// System Definition > Scripts - Background as an administrator with the elevated role security_admin, in the scope "global".
// It looks before it inserts and can be run again. With dryRun = true it only says what it would do.
(function () {
  var dryRun = false;
  var userName = ${literal(facts.user)};
  var roleName = ${literal(servicenowRole)};
  var productRoles = ${literal(facts.roles)};
  var grants = ${literal(grantsFor(facts))};

  function say(text) {
    gs.info('Casebridge: ' + text);
  }

  function find(table, values) {
    var rows = new GlideRecord(table);
    for (var name in values) rows.addQuery(name, values[name]);
    rows.setLimit(1);
    rows.query();
    return rows.next() ? rows.getUniqueValue() : '';
  }

  function ensure(table, values, words) {
    var known = find(table, values);
    if (known) {
      say(words + ': there already');
      return known;
    }
    say(words + (dryRun ? ': would be made' : ': made'));
    if (dryRun) return '';
    var row = new GlideRecord(table);
    row.initialize();
    for (var name in values) row.setValue(name, values[name]);
    return row.insert() || '';
  }

  function ourAcl(grant, role) {
    var beside = new GlideRecord('sys_security_acl');
    beside.addQuery('name', grant.acl);
    beside.addQuery('operation.name', grant.operation);
    beside.addActiveQuery();
    beside.query();
    var words = 'ACL ' + grant.operation + ' on ' + grant.acl + ' (' + grant.why + ')';
    var model = '';
    while (beside.next()) {
      var id = beside.getUniqueValue();
      if (role && find('sys_security_acl_role', { sys_security_acl: id, sys_user_role: role })) {
        say(words + ': there already');
        return;
      }
      if (!model && String(beside.getValue('decision_type')) !== 'deny') model = id;
    }
    if (!model) {
      say(words + ': left alone, since there is none yet and the first one would shut everybody else out');
      return;
    }
    say(words + (dryRun ? ': would be made' : ': made'));
    if (dryRun) return;
    var like = new GlideRecord('sys_security_acl');
    like.get(model);
    var acl = new GlideRecord('sys_security_acl');
    acl.initialize();
    acl.setValue('name', grant.acl);
    acl.setValue('operation', like.getValue('operation'));
    acl.setValue('type', like.getValue('type'));
    acl.setValue('active', true);
    acl.setValue('admin_overrides', true);
    acl.setValue('description', 'Casebridge: ' + grant.why);
    var made = acl.insert();
    if (!made) {
      say(words + ': refused; elevate to security_admin and run this again');
      return;
    }
    var link = new GlideRecord('sys_security_acl_role');
    link.initialize();
    link.setValue('sys_security_acl', made);
    link.setValue('sys_user_role', role);
    link.insert();
  }

  var user = find('sys_user', { user_name: userName });
  if (!user) {
    say('there is no user ' + userName + '; make it first');
    return;
  }
  var role = ensure('sys_user_role', { name: roleName }, 'role ' + roleName);
  for (var i = 0; i < grants.length; i++) ourAcl(grants[i], role);
  if (role) ensure('sys_user_has_role', { user: user, role: role }, 'role ' + roleName + ' for ' + userName);
  for (var j = 0; j < productRoles.length; j++) {
    var known = find('sys_user_role', { name: productRoles[j] });
    if (known) ensure('sys_user_has_role', { user: user, role: known }, 'role ' + productRoles[j] + ' for ' + userName);
    else say('role ' + productRoles[j] + ': this instance has none of that name');
  }
})();
`;
}
