/** How it looks. Colours are the page's own, so that both dark and light fit. */

/** Logical properties only, so that it goes from right to left, too. Names of its own, as the page's reach the host. */
const CSS = `
:host{display:block;color:var(--background-fetch-text,inherit);
--_accent:var(--background-fetch-accent,currentColor);--_track:var(--background-fetch-track,#8886);
--_size:var(--background-fetch-size,2.75rem);--_gap:var(--background-fetch-gap,.5rem)}
:host([hidden]),[hidden]{display:none!important}
ul{list-style:none;margin:0;padding:0;display:grid;gap:var(--_gap)}
.item{position:relative;display:flex;align-items:center;gap:var(--_gap);min-inline-size:0}
.icon{inline-size:var(--_size);block-size:var(--_size);object-fit:cover;border-radius:var(--background-fetch-radius,.5rem);flex:none}
.body{flex:1;min-inline-size:0;display:grid;gap:.25rem}
.title{font-weight:600;color:inherit;overflow-wrap:anywhere}
.text,.empty{font-size:.875em;margin:0;overflow-wrap:anywhere;font-variant-numeric:tabular-nums}
.actions{display:flex;flex:none}
button{position:relative;inline-size:var(--_size);block-size:var(--_size);padding:0;border:0;border-radius:50%;background:none;color:inherit;font:inherit;cursor:pointer;-webkit-tap-highlight-color:transparent}
button[aria-disabled=true]{cursor:default}
@media(hover:hover){button:not([aria-disabled=true]):hover{background:var(--_track)}}
:focus-visible{outline:.125rem solid var(--_accent);outline-offset:.125rem}
svg{display:block;inline-size:100%;block-size:100%;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.ring{position:absolute;inset:0;transform:rotate(-90deg)}
.ring circle{stroke:var(--_track);stroke-linecap:butt}
.ring .value{stroke:var(--_accent);transition:stroke-dasharray .3s}
progress{appearance:none;inline-size:100%;block-size:.25rem;border:0;border-radius:1rem;overflow:hidden;background:var(--_track);color:var(--_accent)}
progress::-webkit-progress-bar{background:none}
progress::-webkit-progress-value{background:currentColor}
progress::-moz-progress-bar{background:currentColor}
progress:indeterminate::-moz-progress-bar{background:none}
progress:indeterminate{background:linear-gradient(90deg,var(--_track) 40%,var(--_accent),var(--_track) 60%) 0/250% 100%}
.moving progress:indeterminate{animation:slide 2s linear infinite}
.moving.unknown .ring{animation:turn 2s linear infinite}
@keyframes slide{from{background-position-x:100%}to{background-position-x:0}}
@keyframes turn{to{transform:rotate(270deg)}}
.button .body{flex:0 1 auto}
.quiet,.button progress,:host([compact]) .text{position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
@media(prefers-reduced-motion:reduce){*{animation:none!important;transition:none!important}}
@media(forced-colors:active){:host{--_accent:Highlight;--_track:GrayText}progress{border:1px solid CanvasText}button{color:ButtonText}}
`;

let sheet: CSSStyleSheet | undefined;

/** One sheet for all; where there is no such thing, an element in each root. */
export function dress(root: ShadowRoot): void {
  if ('adoptedStyleSheets' in root) {
    if (!sheet) (sheet = new CSSStyleSheet()).replaceSync(CSS);
    root.adoptedStyleSheets = [sheet];
  } else {
    (root as ShadowRoot).append(Object.assign(document.createElement('style'), { textContent: CSS }));
  }
}
