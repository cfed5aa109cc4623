export const holiday = (date: string, name: string) => ({ date, name });

/** What an exchange publishes in December, cut short. */
export const yearOf = (holidays: readonly object[]) =>
  JSON.stringify({
    as_of: '2026-12-12',
    years: { '2027': { source: 'a circular of this test', holidays } },
  });
