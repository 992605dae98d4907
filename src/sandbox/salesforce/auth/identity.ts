import type { Org } from '../org/org.ts';
import type { Session } from './sessions.ts';

function urls(host: string, orgId: string, userId: string): Record<string, string> {
  const data = `${host}/services/data/v{version}`;
  return {
    enterprise: `${host}/services/Soap/c/{version}/${orgId.slice(0, 15)}`,
    metadata: `${host}/services/Soap/m/{version}/${orgId.slice(0, 15)}`,
    partner: `${host}/services/Soap/u/{version}/${orgId.slice(0, 15)}`,
    rest: `${data}/`,
    sobjects: `${data}/sobjects/`,
    search: `${data}/search/`,
    query: `${data}/query/`,
    recent: `${data}/recent/`,
    tooling_soap: `${host}/services/Soap/T/{version}/${orgId.slice(0, 15)}`,
    tooling_rest: `${data}/tooling/`,
    profile: `${host}/${userId}`,
    feeds: `${data}/chatter/feeds`,
    groups: `${data}/chatter/groups`,
    users: `${data}/chatter/users`,
    feed_items: `${data}/chatter/feed-items`,
    feed_elements: `${data}/chatter/feed-elements`,
    custom_domain: host,
  };
}

/** OpenID claims of the session's user (recording `oauth-userinfo`). */
export function userInfo(org: Org, session: Session, host: string): Record<string, unknown> {
  const values = org.row(session.userId)?.values ?? {};
  const organization = org.known.organization;
  return {
    sub: `${host}/id/${organization}/${session.userId}`,
    user_id: session.userId,
    organization_id: organization,
    preferred_username: values['Username'],
    nickname: values['Alias'],
    name: values['Name'],
    email: values['Email'],
    email_verified: true,
    given_name: values['FirstName'],
    family_name: values['LastName'],
    zoneinfo: values['TimeZoneSidKey'],
    photos: { picture: `${host}/profilephoto/005/F`, thumbnail: `${host}/profilephoto/005/T` },
    profile: `${host}/${session.userId}`,
    picture: `${host}/profilephoto/005/F`,
    address: {},
    is_salesforce_integration_user: session.userId === org.known.integrationUser,
    urls: urls(host, organization, session.userId),
    active: true,
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_US',
    utcOffset: 0,
    updated_at: isoOf(values['LastModifiedDate']),
  };
}

/** The identity URL's own shape (recording `oauth-identity-url-200`). */
export function identity(org: Org, session: Session, host: string): Record<string, unknown> {
  const values = org.row(session.userId)?.values ?? {};
  const organization = org.known.organization;
  return {
    id: `${host}/id/${organization}/${session.userId}`,
    asserted_user: true,
    user_id: session.userId,
    organization_id: organization,
    username: values['Username'],
    nick_name: values['Alias'],
    display_name: values['Name'],
    email: values['Email'],
    email_verified: true,
    first_name: values['FirstName'],
    last_name: values['LastName'],
    timezone: values['TimeZoneSidKey'],
    photos: { picture: `${host}/profilephoto/005/F`, thumbnail: `${host}/profilephoto/005/T` },
    addr_street: null,
    addr_city: null,
    addr_state: null,
    addr_country: 'US',
    addr_zip: null,
    mobile_phone: null,
    mobile_phone_verified: false,
    is_lightning_login_user: false,
    status: { created_date: null, body: null },
    urls: urls(host, organization, session.userId),
    active: true,
    user_type: 'STANDARD',
    language: 'en_US',
    locale: 'en_US',
    utcOffset: 0,
    last_modified_date: values['LastModifiedDate'],
    is_app_installed: true,
  };
}

function isoOf(value: unknown): string {
  return String(value).replace('.000+0000', 'Z');
}
