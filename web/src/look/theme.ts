import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type VariantColorsResolver,
} from '@mantine/core';

type Shades = readonly [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
  string,
];

/** A Mantine colour that is one token in all its shades: tokens.css is the only list of colours. */
function oneToken(token: string): Shades {
  const colour = `var(--${token})`;
  return [colour, colour, colour, colour, colour, colour, colour, colour, colour, colour];
}

/** Mantine's greys, from the lightest to the darkest, told by our tokens. */
const greys: Shades = [
  'var(--raised)',
  'var(--raised)',
  'var(--raised)',
  'var(--line)',
  'var(--control)',
  'var(--soft)',
  'var(--soft)',
  'var(--soft)',
  'var(--ink)',
  'var(--ink)',
];

/** Mantine's dark scale runs from text (0) to background (9). */
const darks: Shades = [
  'var(--ink)',
  'var(--ink)',
  'var(--soft)',
  'var(--control)',
  'var(--line)',
  'var(--raised)',
  'var(--surface)',
  'var(--surface)',
  'var(--bg)',
  'var(--bg)',
];

/** The colours a component may be given, with the token of a text on such a fill. */
const fills: Readonly<Record<string, { fill: string; hover: string; text: string }>> = {
  accent: { fill: 'accent', hover: 'accent-hover', text: 'on-accent' },
  bad: { fill: 'bad', hover: 'bad-hover', text: 'on-bad' },
  red: { fill: 'bad', hover: 'bad-hover', text: 'on-bad' },
  warn: { fill: 'warn', hover: 'warn', text: 'on-warn' },
  live: { fill: 'live', hover: 'live', text: 'on-live' },
  // Of Mantine's own: the eye of a password, which it draws in the colour of the ground by night.
  gray: { fill: 'soft', hover: 'soft', text: 'on-accent' },
};

const variants: VariantColorsResolver = (input) => {
  const tokens = fills[input.color ?? input.theme.primaryColor];
  if (!tokens) return defaultVariantColorsResolver(input);
  const fill = `var(--${tokens.fill})`;
  const tint = `color-mix(in srgb, ${fill} 12%, transparent)`;
  switch (input.variant) {
    case 'filled':
      return {
        background: fill,
        hover: `var(--${tokens.hover})`,
        color: `var(--${tokens.text})`,
        border: '1px solid transparent',
      };
    case 'outline':
      return { background: 'transparent', hover: tint, color: fill, border: `1px solid ${fill}` };
    case 'light':
      return {
        background: 'var(--raised)',
        hover: 'var(--raised)',
        color: fill,
        border: '1px solid transparent',
      };
    case 'subtle':
    case 'transparent':
      return {
        background: 'transparent',
        hover: 'var(--raised)',
        color: fill,
        border: '1px solid transparent',
      };
    default:
      return defaultVariantColorsResolver(input);
  }
};

/** By night Mantine has one shade for lines and for the edges of controls, which have to stand out more. */
const edged = { '--mantine-color-dark-4': 'var(--control)' };

/** A switch that is off is as easy to see as one that is on. */
const track = {
  '--mantine-color-gray-3': 'var(--control)',
  '--mantine-color-dark-5': 'var(--control)',
  '--switch-thumb-bg': 'var(--on-accent)',
};

export const theme = createTheme({
  primaryColor: 'accent',
  colors: {
    accent: oneToken('accent'),
    bad: oneToken('bad'),
    warn: oneToken('warn'),
    live: oneToken('live'),
    red: oneToken('bad'),
    teal: oneToken('accent'),
    gray: greys,
    dark: darks,
  },
  white: 'var(--surface)',
  black: 'var(--ink)',
  variantColorResolver: variants,
  fontFamily: 'var(--font)',
  fontFamilyMonospace: 'var(--mono)',
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '20px' },
  lineHeights: { xs: '16px', sm: '18px', md: '20px', lg: '24px', xl: '28px' },
  headings: {
    fontFamily: 'var(--font)',
    fontWeight: '600',
    sizes: {
      h1: { fontSize: '20px', lineHeight: '28px' },
      h2: { fontSize: '16px', lineHeight: '24px' },
      h3: { fontSize: '14px', lineHeight: '20px' },
    },
  },
  radius: { xs: '3px', sm: '6px', md: '6px', lg: '6px', xl: '6px' },
  defaultRadius: 'md',
  shadows: {
    xs: 'none',
    sm: 'none',
    md: 'var(--float-shadow)',
    lg: 'var(--float-shadow)',
    xl: 'var(--float-shadow)',
  },
  focusClassName: 'focus-ring',
  cursorType: 'pointer',
  respectReducedMotion: true,
  components: {
    // Its lock writes a style element; tokens.css holds the page still instead.
    Modal: { defaultProps: { lockScroll: false, transitionProps: { duration: 120 } } },
    ModalRoot: { defaultProps: { lockScroll: false } },
    Drawer: { defaultProps: { lockScroll: false, transitionProps: { duration: 120 } } },
    // parts/Menu says why.
    Menu: {
      defaultProps: { withInitialFocusPlaceholder: false, transitionProps: { duration: 120 } },
    },
    Input: { styles: { wrapper: edged } },
    Checkbox: { defaultProps: { iconColor: 'var(--on-accent)' }, styles: { root: edged } },
    Radio: { defaultProps: { iconColor: 'var(--on-accent)' }, styles: { root: edged } },
    Switch: { styles: { root: track } },
  },
});

const scheme = {
  '--mantine-primary-color-contrast': 'var(--on-accent)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-bright': 'var(--ink)',
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-success': 'var(--accent)',
  '--mantine-color-placeholder': 'var(--soft)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--raised)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--control)',
  '--mantine-color-dimmed': 'var(--soft)',
  '--mantine-color-disabled': 'var(--raised)',
  '--mantine-color-disabled-color': 'var(--soft)',
  '--mantine-color-disabled-border': 'var(--line)',
  '--mantine-color-accent-filled': 'var(--accent)',
  '--mantine-color-accent-filled-hover': 'var(--accent-hover)',
  '--mantine-color-accent-light': 'var(--raised)',
  '--mantine-color-accent-light-hover': 'var(--raised)',
  '--mantine-color-accent-light-color': 'var(--accent)',
  '--mantine-color-accent-outline': 'var(--accent)',
  '--mantine-color-accent-contrast': 'var(--on-accent)',
};

/** For `MantineProvider cssVariablesResolver`: Mantine's own names, told by our tokens. */
export const cssVariables: CSSVariablesResolver = () => ({
  variables: {},
  // Mantine's white is a ground by day and a text by night.
  light: { ...scheme, '--mantine-color-white': 'var(--surface)' },
  dark: { ...scheme, '--mantine-color-white': 'var(--ink)' },
});
