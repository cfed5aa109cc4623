import 'react';

// Custom properties are handed to style sheets through `style`, which React's types do not know.
declare module 'react' {
  interface CSSProperties {
    [name: `--${string}`]: string | undefined;
  }
}
