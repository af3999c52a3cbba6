#!/bin/sh
# Starts $CHROMIUM without the pages of its address bar's suggestions. Nothing of the tests shows them, but each new
# window loads them, in a renderer of its own, for as much processor time as several pages of the shop.
# Playwright turns off features itself, and of two --disable-features Chromium reads the last one only.
for argument; do
  shift
  case $argument in
    --disable-features=*) argument=$argument,WebUIOmniboxPopup,WebUIOmniboxAimPopup ;;
  esac
  set -- "$@" "$argument"
done
exec "$CHROMIUM" "$@"
