#!/bin/bash
# A machine of its own for one test: this one's files under a layer that is thrown away, and its own
# processes, network and mounts. usage: machine.sh WORK ROOT PYTHON INSIDE, by root.
set -euo pipefail
work=$1 root=$2 python=$3 inside=$4
new=$work/new
mount -t tmpfs -o mode=0755 layer "$work"
mkdir "$work/upper" "$work/below" "$new"
mount -t overlay layer -o "lowerdir=/,upperdir=$work/upper,workdir=$work/below" "$new"
rm -rf "$new"/etc/postgresql/* "$new"/var/lib/postgresql/* "$new/opt/grievance" "$new/etc/grievance"
for where in run tmp; do mount -t tmpfs -o mode=1777 own "$new/$where"; done # first: what is bound may lie in them
chmod 755 "$new/run"
mkdir -p "$new/run/standins" "$new/run/lock" "$new/opt/grievance"
inside_of() { chroot "$new" "$@"; }
interpreters=("$(readlink -f "$python")" "$(readlink -f "$(dirname "$python")")/$(basename "$python")" "$python")
for where in "${interpreters[@]%/*/*}" "$root"; do # in a private folder perhaps
  inside_of mkdir -p "$where"
  for ((up = 1; ${#where} > 1; up++)); do inside_of chmod a+x "$where" && where=$(dirname "$where"); done
done
mount --bind -o ro "$root" "$new$root"
for one in "${interpreters[@]}"; do # on a disk of its own perhaps, or in /tmp
  inside_of test -e "$one" || mount --bind -o ro "${one%/*/*}" "$new${one%/*/*}"
done
mount --bind -o ro "$root" "$new/opt/grievance"
mount --rbind /dev "$new/dev"
mount -t proc proc "$new/proc"
for name in systemctl systemd-run certbot apt-get git make; do
  printf '#!/bin/sh\nexec %s %s/tests/deploy/standin.py "$0" "$@"\n' "$python" "$root" >"$new/run/standins/$name"
  chmod 755 "$new/run/standins/$name"
done
ip link set lo up
exec env -i PATH=/run/standins:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 \
  chroot "$new" "$python" "$root/$inside"
