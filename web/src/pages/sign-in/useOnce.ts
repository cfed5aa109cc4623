import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';

/** A write that is under way once, however often its button is pressed within a frame. */
export function useOnce<Body, Answer>(
  write: (body: Body) => Promise<Answer>,
  onDone: (answer: Answer) => void,
) {
  const busy = useRef(false);
  const { mutate, isPending, error } = useMutation({
    mutationFn: write,
    onSuccess: onDone,
    onError: () => {
      busy.current = false;
    },
  });
  const send = (body: Body) => {
    if (busy.current) return;
    busy.current = true;
    mutate(body);
  };
  return { send, isPending, error };
}
