import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const LEVELS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

/**
 * What keeps somebody from using the page as it stands: the rule, the element and what is wrong with it. Another theme
 * changes nothing but colours, so that `colours` alone are looked at there.
 */
export async function barriers(page: Page, what: 'all' | 'colours' = 'all'): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  const checks = what === 'all' ? axe.withTags(LEVELS) : axe.withRules(['color-contrast']);
  const { violations } = await checks.analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, impact, nodes }) =>
      nodes.slice(0, 3).map(({ html, target, any, all, none }) => {
        const why = [...any, ...all, ...none].map(({ message }) => message).join('; ');
        return `${impact} ${id}: ${target.join(' ')}\n    ${html.slice(0, 160)}\n    ${why}`;
      }),
    );
}

/** What stands out to the right, when the page scrolls sideways. */
export function overflow(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { scrollWidth } = document.documentElement;
    if (scrollWidth <= innerWidth) return [];
    const isClipped = (element: Element) => {
      for (let at = element.parentElement; at && at !== document.body; at = at.parentElement) {
        if (getComputedStyle(at).overflowX !== 'visible') return true;
      }
      return false;
    };
    const wide = [...document.body.querySelectorAll('*')].filter(
      (element) => element.getBoundingClientRect().right > innerWidth + 1 && !isClipped(element),
    );
    const names = wide.slice(-3).map((element) => element.outerHTML.slice(0, 120));
    return [`scrolls sideways: ${scrollWidth} px of ${innerWidth}`, ...names];
  });
}
