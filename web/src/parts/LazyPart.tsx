import { useQuery } from '@tanstack/react-query';
import type { ComponentType, ReactNode } from 'react';
import { code } from '../api/code';
import { pageError } from '../api/problems';
import { PageState } from './PageState';

/** A part whose code comes when it is first drawn. Defined outside of the component that draws it. */
export interface PartCode<Given extends object> {
  name: string;
  load: () => Promise<{ default: ComponentType<Given> }>;
}

interface Props<Given extends object> {
  of: PartCode<Given>;
  /** Stands there until the code has come. */
  waiting: ReactNode;
  given: Given;
}

/**
 * Draws such a part. Code that does not come is read again as anything else is; `lazy` of React would keep the failure
 * for good and take the page with it, and what was typed there.
 */
export function LazyPart<Given extends object>({ of, waiting, given }: Props<Given>) {
  const { data, error, refetch } = useQuery({
    queryKey: ['code', of.name],
    queryFn: code(of.load),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
    structuralSharing: false,
  });
  if (data) return <data.default {...given} />;
  if (error) return <PageState error={pageError(error, () => void refetch())} />;
  return waiting;
}
