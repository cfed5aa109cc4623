import { useMutation } from '@tanstack/react-query';
import { useRef } from 'react';
import { useFocusKept } from '../../parts/focus';

/** A write that is under way once, however often its button is pressed within a frame. */
export function useOnce<Body, Answer>(
  write: (body: Body) => Promise<Answer>,
  onDone: (answer: Answer) => void,
) {
  const busy = useRef(false);
  const { mutate, isPending, error, reset } = useMutation({
    mutationFn: write,
    onSuccess: onDone,
    onError: () => {
      busy.current = false;
    },
  });
  const keepFocus = useFocusKept(isPending);
  const send = (body: Body) => {
    if (busy.current) return;
    busy.current = true;
    keepFocus();
    mutate(body);
  };
  /** What was refused is said until something is mended. */
  const forget = () => {
    if (error) reset();
  };
  return { send, isPending, error, forget };
}
