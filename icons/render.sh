#!/bin/sh
# Renders every icon from its SVG source. Needs rsvg-convert, ImageMagick (icon.ico) and png2icns (icon.icns).
set -eu
cd "$(dirname "$0")"

style=$(mktemp)
trap 'rm -f "$style"' EXIT

for size in 16 32 48 64 128 256 512 1024; do
  rsvg-convert --width $size --height $size app.svg --output $size.png
done
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

linux='16 22 24 32 48'
tray idle light '#2b2e33' $linux
tray idle dark '#e8eaed' $linux
tray active light '#0b6e67' $linux
tray active dark '#5cc7bb' $linux
tray expiring light '#9a5b00' $linux
tray expiring dark '#e6b058' $linux
tray problem light '#b3261e' $linux
tray problem dark '#f2857c' $linux
# macOS paints a template itself; it reads the alpha channel alone.
for state in idle active expiring problem; do
  tray $state template '#000000' 16 22 32 44
done
