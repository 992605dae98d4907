const seasons = ['Summer', 'Winter', 'Spring'] as const;

/** The versions of recording `rest-versions-list`: v31.0 (Summer '14) to v66.0 (Spring '26), its one odd apostrophe included. */
export const versions: readonly { readonly label: string; readonly url: string; readonly version: string }[] =
  Array.from({ length: 36 }, (_, index) => {
    const season = seasons[index % 3] ?? '';
    // Winter of a year comes out in the autumn before it.
    const year = 14 + Math.floor((index + 2) / 3);
    const version = `${31 + index}.0`;
    return { label: `${season} ${version === '42.0' ? '’' : "'"}${year}`, url: `/services/data/v${version}`, version };
  });

export function servesVersion(version: string): boolean {
  return versions.some((each) => each.version === version);
}
