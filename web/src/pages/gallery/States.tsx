import { Button } from '@mantine/core';
import { Figure } from '../../parts/Figure';
import { Money } from '../../parts/Money';
import { PageState } from '../../parts/PageState';
import { Section } from '../../parts/Section';

export function States() {
  return (
    <>
      <Section flush title="Loading">
        <PageState loading />
      </Section>
      <Section flush title="Empty">
        <PageState
          empty={{
            title: 'No orders today',
            text: 'They appear here when the task buy runs at 10:00.',
            action: <Button variant="default">See its schedule</Button>,
          }}
        />
      </Section>
      <Section flush title="Error">
        <PageState
          error={{
            title: 'The orders were not read',
            text: 'Nothing was changed, and orders at the broker go on. It is tried again in 15 s.',
            code: 'unavailable',
            onRetry: () => {},
          }}
        />
      </Section>
      <Section flush title="Forbidden">
        <PageState forbidden />
      </Section>
      <Section flush title="Stale">
        <PageState staleSince="2026-11-27T10:22:11+05:30">
          <Figure label="Capital" value={<Money paise={1_23_45_678_90} />} />
        </PageState>
      </Section>
    </>
  );
}
