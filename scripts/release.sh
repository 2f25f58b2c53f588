# shellcheck shell=bash
# Sourced by other scripts: which commit this is, and when it was made. In an archive git has written both down.

# shellcheck disable=SC2016  # git archive replaces what stands between the dollar signs
release_commit='$Format:%H$' release_epoch='$Format:%ct$'
if [[ $release_commit == *Format* ]]; then
  release_commit=$(git rev-parse HEAD 2>/dev/null || true)
  release_epoch=$(git log -1 --format=%ct 2>/dev/null || true)
  # If files differ from the commit, something else is built.
  if [ -n "$release_commit" ] && [ -n "$(git status --porcelain --untracked-files=no)" ]; then
    release_commit+=+
  fi
fi
export KEYROLL_COMMIT=${KEYROLL_COMMIT:-$release_commit}
export SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-${release_epoch:-0}}
