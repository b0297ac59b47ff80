#!/bin/sh
# Renders every icon from its SVG source. Needs rsvg-convert, ImageMagick (icon.ico) and png2icns (icon.icns).
set -eu
cd "$(dirname "$0")"

for size in 16 32 48 64 128 256 512 1024; do
  rsvg-convert --width $size --height $size app.svg --output $size.png
done
rsvg-convert --width 128 --height 128 practice.svg --output practice-128.png
cp 512.png icon.png
convert 16.png 32.png 48.png 64.png 128.png 256.png icon.ico
png2icns icon.icns 16.png 32.png 48.png 128.png 256.png 512.png >/dev/null

python3 tray.py
