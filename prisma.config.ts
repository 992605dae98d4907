import { defineConfig } from 'prisma/config';

/** For Prisma's own command line only (`prisma migrate deploy`, `prisma studio`): the service applies its migrations itself. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
