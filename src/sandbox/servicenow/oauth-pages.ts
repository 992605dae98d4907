import { escapeHtml, page } from './html.ts';

/** Where a person signs in before allowing an application. */
export function loginPage(next: string, failed: boolean): string {
  return page(
    'Log in',
    `<h1>Log in</h1>${failed ? '<p class="error">User name or password invalid</p>' : ''}
<form method="post" action="/oauth_login.do"><input type="hidden" name="next" value="${escapeHtml(next)}">
<label>User name <input name="user_name" autocomplete="username" required></label>
<label>Password <input name="user_password" type="password" autocomplete="current-password" required></label>
<button>Log in</button></form>`,
  );
}

/** Allow or Deny. */
export function allowPage(user: string, asked: URLSearchParams): string {
  const kept = [...asked]
    .map(([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`)
    .join('');
  return page(
    'Allow access',
    `<h1>Allow access</h1><p>An application wants to use this instance as <strong>${escapeHtml(user)}</strong>.</p>
<form method="post" action="/oauth_auth.do">${kept}<button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></form>`,
  );
}

export function messagePage(message: string): string {
  return page('OAuth', `<p class="error">${escapeHtml(message)}</p>`);
}
