#!/usr/bin/env bash
# svgo refuses an SVG whose style has @keyframes inside @media.
#
# Library   svgo 4.1.0, with its default plugins, on Node.js.
# Expected  CSS allows @keyframes inside @media, and browsers play them: a usual way to animate only for readers who do
#           not prefer reduced motion. The file is optimized, or the style is left as it is.
# Seen      "Unmatched selector: %": the plugin removeDeprecatedAttrs reads the "0%" of the keyframes as a selector.
#           With the @keyframes outside of @media the same file is optimized.
# Here      an animated picture has its @keyframes beside the @media, which holds only the rules that play them.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-fund --no-audit svgo@4.1.0 >/dev/null

cat >inside.svg <<'SVG'
<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><style>
@media (prefers-reduced-motion: no-preference) {
@keyframes fade { 0% { opacity: 0 } }
.a { animation: fade 1s }
}
</style><rect class="a" width="9" height="9"/></svg>
SVG
cat >outside.svg <<'SVG'
<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><style>
@keyframes fade { 0% { opacity: 0 } }
@media (prefers-reduced-motion: no-preference) {
.a { animation: fade 1s }
}
</style><rect class="a" width="9" height="9"/></svg>
SVG

node_modules/.bin/svgo --version
node_modules/.bin/svgo -q outside.svg -o out.svg || { echo "changed: svgo refuses the other file, too"; exit 1; }
if said=$(node_modules/.bin/svgo -q inside.svg -o in.svg 2>&1); then
  echo "changed: svgo takes @keyframes inside @media"
  exit 1
fi
echo "$said" | head -n 1
echo "$said" | grep -q "Unmatched selector: %" || { echo "changed: another error"; exit 1; }
