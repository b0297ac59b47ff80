#!/bin/sh
# Renders every icon from its SVG source. Needs rsvg-convert, ImageMagick (icon.ico) and png2icns (icon.icns).
set -eu
cd "$(dirname "$0")"

style=$(mktemp)
trap 'rm -f "$style"' EXIT

for size in 16 32 48 64 128 256 512 1024; do
  rsvg-convert --width $size --height $size app.svg --output $size.png
done
rsvg-convert --width 128 --height 128 practice.svg --output practice-128.png
cp 512.png icon.png
convert 16.png 32.png 48.png 64.png 128.png 256.png icon.ico
png2icns icon.icns 16.png 32.png 48.png 128.png 256.png 512.png >/dev/null

# tray STATE PANEL COLOUR SIZES…: one picture of a tray state in the colour it has on that panel.
tray() {
  state=$1 panel=$2 colour=$3
  shift 3
  printf 'svg { color: %s }' "$colour" >"$style"
  for size in "$@"; do
    rsvg-convert --stylesheet "$style" --width "$size" --height "$size" "tray/$state.svg" \
      --output "tray/$state-$panel-$size.png"
  done
}

# A panel does not tell whether it is light or dark, so these tones stand out from both.
linux='16 22 24 32 48'
tray idle any '#7d838d' $linux
tray active any '#159588' $linux
tray expiring any '#c27803' $linux
tray problem any '#e0463a' $linux
# macOS paints a template itself; it reads the alpha channel alone.
for state in idle active expiring problem; do
  tray $state template '#000000' 16 22 32 44
done
