import { useEffect, useRef, useState } from 'preact/hooks';

/** Counts up, for what changes by the clock alone. */
export function useTick(ms: number, isOn = true): number {
  const [tick, setTick] = useState(0);
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setTick((n) => n + 1), ms);
    return () => clearInterval(timer);
  }, [ms, isOn]);
  return tick;
}

/** The width of an element in pixels, as it changes. */
export function useWidth<E extends HTMLElement>(first = 600) {
  const ref = useRef<E>(null);
  const [width, setWidth] = useState(first);
  useEffect(() => {
    if (!ref.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setWidth(Math.round(entry.contentRect.width));
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return { ref, width };
}

/** The time in milliseconds, as long as it is on. */
export function useNow(isOn: boolean, ms = 1_000): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!isOn) return;
    const timer = setInterval(() => setNow(Date.now()), ms);
    return () => clearInterval(timer);
  }, [isOn, ms]);
  return now;
}
