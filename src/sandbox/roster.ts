import type { Desk } from './sandbox.ts';

/** Names of our own, for people whose names were taken out when their tickets were anonymised. */
const firstNames =
  'Ana Bruno Carla Daniel Elena Filipe Greta Hugo Inês João Katja Luís Marta Nils Olga Pedro Quirin Rita Sven Teresa Ulla Vasco Wanda Xavier Yara Zeno Amira Björn Chiara Dorota Emre Fatima Gustav Hanna Ivo Jasmin Kenji Lea Mateus Nadia Otto Paula Rafael Sara Tomas Úrsula Viktor Wiebke Yusuf Zoe Adele Boris Clara Dario Edda Franz Gisela Henrik Ida Jonas'.split(
    ' ',
  );
const lastNames =
  'Almeida Berg Costa Duarte Eriksson Ferreira Gomes Hansen Ivanov Jansen Kowalski Lopes Martins Nowak Oliveira Pereira Quintas Ramos Santos Teixeira Ueda Vieira Weber Xu Yilmaz Zimmer Andersen Barros Cardoso Dias Esteves Fonseca Garcia Henriques Iversen Jürgens Keller Lindqvist Moreira Neves Okafor Pinto Reis Silva Tavares Urban Vaz Wagner Young Ziegler Alves Braga Correia Dahl Ekström Freitas Guerra Holm Iglesias Jardim Klein Lima Mendes Nunes Ortiz Pires Rocha Sousa Torres Ulrich Vega Winter Yamada Zanetti Brandt Cruz Falk Hoffmann Leal Moser'.split(
    ' ',
  );
const companies = ['Volvo IT', 'Porto Freight', 'Lisboa Retail', 'Nordwind Energie', 'Atlas Paper', 'Douro Foods'];
const areas = ['Network', 'Hardware', 'Software', 'Database', 'Messaging', 'Identity', 'ERP', 'Workplace', 'Storage'];
const places = ['Lisbon', 'Porto', 'Gothenburg', 'Hamburg', 'Gdańsk', 'Valencia', 'Lyon', 'Turin', 'Ghent'];

export interface Somebody {
  readonly name: string;
  readonly email: string;
}

/** The person of this number: the same name for the same number, and no name twice. */
export function somebody(number: number, domain: string): Somebody {
  const first = number % firstNames.length;
  const last = (first + Math.floor(number / firstNames.length) * 7) % lastNames.length;
  const name = `${firstNames[first] ?? ''} ${lastNames[last] ?? ''}`;
  const local = name
    .normalize('NFD')
    .replaceAll(/[^A-Za-z ]/g, '')
    .toLowerCase()
    .replace(' ', '.');
  return { name, email: `${local}@${domain}` };
}

/** The support group of this number: `Network Lisbon`. */
export function teamName(number: number): string {
  const area = areas[number % areas.length] ?? '';
  return `${area} ${places[Math.floor(number / areas.length) % places.length] ?? ''}`;
}

/** The ServiceNow ids of those who are on both desks, by the names the log has for them. */
export interface Roster {
  readonly callers: ReadonlyMap<string, string>;
  readonly agents: ReadonlyMap<string, string>;
  readonly groups: ReadonlyMap<string, string>;
  /** Salesforce ids. */
  readonly queues: readonly string[];
}

interface Desks {
  readonly servicenow: Desk;
  readonly salesforce: Desk;
}

/**
 * Enrols everybody at both desks: callers as ServiceNow users and as contacts of their companies, agents as users of both, groups and
 * their members, and a queue of the same name. Every fortieth caller is no contact: somebody without a counterpart.
 */
export function enrolEverybody(
  { servicenow, salesforce }: Desks,
  names: {
    readonly callers: readonly string[];
    readonly agents: readonly string[];
    readonly groups: readonly string[];
  },
): Roster {
  const accounts = companies.map((Name) => salesforce.create('Account', { Name }, 'ada').id);
  const userOf = ({ name, email }: Somebody): string => {
    const [first = '', last = ''] = name.split(' ');
    const fields = { user_name: email.split('@')[0] ?? email, name, first_name: first, last_name: last, email };
    return servicenow.create('sys_user', { ...fields, active: 'true' }, 'admin').id;
  };
  const contactOf = ({ name, email }: Somebody, number: number): void => {
    const [FirstName = '', LastName = ''] = name.split(' ');
    const AccountId = accounts[number % accounts.length] ?? null;
    salesforce.create('Contact', { FirstName, LastName, Email: email, AccountId }, 'ada');
  };
  const callers = new Map(
    names.callers.map((key, number) => {
      const person = somebody(number, 'customer.example');
      if (number % 40 !== 39) contactOf(person, number);
      return [key, userOf(person)];
    }),
  );
  const agents = new Map(
    names.agents.map((key, number) => {
      const person = somebody(names.callers.length + number, 'desk.example');
      const [FirstName = '', LastName = ''] = person.name.split(' ');
      salesforce.create('User', { FirstName, LastName, Email: person.email, Username: person.email }, 'ada');
      return [key, userOf(person)];
    }),
  );
  // Who works at the Salesforce desk all day has an account on the other one, too.
  servicenow.create(
    'sys_user',
    { user_name: 'dana.support', name: 'Dana Support', email: 'dana.support@sandbox.example', active: 'true' },
    'admin',
  );
  const members = [...agents.values()];
  const queues: string[] = [];
  const groups = new Map(
    names.groups.map((key, number) => {
      const name = teamName(number);
      const { id } = servicenow.create('sys_user_group', { name, active: 'true' }, 'admin');
      for (const user of members.filter((_, at) => at % names.groups.length === number))
        servicenow.create('sys_user_grmember', { group: id, user }, 'admin');
      const queue = salesforce.create(
        'Group',
        { Name: name, Type: 'Queue', DeveloperName: `Team_${number}` },
        'ada',
      ).id;
      salesforce.create('QueueSobject', { QueueId: queue, SobjectType: 'Case' }, 'ada');
      queues.push(queue);
      return [key, id];
    }),
  );
  return { callers, agents, groups, queues };
}
