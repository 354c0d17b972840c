#!/bin/bash
# SPDX-License-Identifier: BSD-2-Clause
# What people do in a shell, in one script. Its output and status must be the same, byte for byte, in SaltyOS and
# under the build machine's bash (test/system/shell_test.py compares them). So it prints nothing that depends on the
# machine: no process numbers, no times, no paths but its own folder's.
set -euo pipefail
export LC_ALL=C TZ=UTC
work=${WORKOUT_DIR:-/tmp/workout}
rm -rf "$work"
mkdir -p "$work"
cd "$work"

section() {
	printf '== %s ==\n' "$1"
}

section "arithmetic"
a=7 b=3
echo $((a + b)) $((a - b)) $((a * b)) $((a / b)) $((a % b)) $((a ** b))
echo $((a << 4)) $((a >> 1)) $((a & b)) $((a | b)) $((a ^ b)) $((~a)) $((!a))
echo $((a > b ? 1 : 2)) $((a == 7 && b == 3)) $((0x1f + 017 + 2#1011))
((a++, b--))
echo "$a $b"
let 'c = a * 100 + b'
echo "$c"
echo $((9223372036854775807 + 1))
for ((i = 0, j = 10; i < j; i += 3, j -= 1)); do
	printf '%d:%d ' "$i" "$j"
done
echo
sum=0
for n in {1..1000}; do
	sum=$((sum + n * n))
done
echo "$sum"

section "strings"
text='The quick brown fox jumps over the lazy dog'
echo "${#text} ${text:4:5} ${text: -3} ${text#* } ${text##* }"
echo "${text%o*}|${text%%o*}|${text/quick/slow}|${text//o/0}"
echo "${text^^}" "${text,,}" "${text^}"
unset nothing
echo "${nothing:-default} ${nothing+set}${text:+yes}"
: "${assigned:=value}"
echo "$assigned ${!assigned@}"
name=text
echo "${!name}"
printf '%5d|%-8s|%08.3f|%x|%o|%c|%q\n' 42 left 3.14159 255 8 z 'a b'
printf '%s\n' "${text@Q}"
[[ $text == *fox* ]] && echo "has a fox"
[[ $text =~ ([a-z]+)\ ([a-z]+)$ ]] && echo "${BASH_REMATCH[1]} and ${BASH_REMATCH[2]}"
case $text in
The*dog) echo "begins and ends" ;;
*) echo "no" ;;
esac

section "arrays"
list=(zero one two three four)
echo "${#list[@]} ${list[2]} ${list[-1]} ${list[*]:1:2}"
list+=(five)
unset 'list[1]'
echo "${!list[@]} / ${list[@]}"
declare -A map=([apple]=red [banana]=yellow [plum]=blue)
for key in $(printf '%s\n' "${!map[@]}" | sort); do
	echo "$key is ${map[$key]}"
done
mapfile -t lines < <(printf 'x\ny\nz\n')
echo "${#lines[@]} ${lines[1]}"
reversed=()
for ((i = ${#list[@]}; i >= 0; i--)); do
	[[ -v list[i] ]] && reversed+=("${list[i]}")
done
echo "${reversed[@]}"

section "functions and recursion"
factorial() {
	local n=$1
	if ((n <= 1)); then
		echo 1
	else
		echo $((n * $(factorial $((n - 1)))))
	fi
}
factorial 10
fibonacci() {
	local x=0 y=1 i
	for ((i = 0; i < $1; i++)); do
		printf '%d ' "$x"
		((y = x + y, x = y - x)) || true
	done
	echo
}
fibonacci 20
scope=outer
change() {
	local scope=inner
	echo "$scope"
}
change
echo "$scope"
returns() {
	return "$1"
}
returns 3 || echo "returned $?"

section "quoting and expansion"
touch 'a file' 'b*star' c1 c2 c3 d.txt e.txt .hidden
echo *
echo c[12] c? *.txt
shopt -s dotglob nullglob extglob
echo * no*match
echo !(*.txt|c*)
shopt -u dotglob nullglob
echo {a,b}{1..3} {a..e..2} x{,y}z
echo ~root/ "~" '$text' "\$text"
IFS=: read -r one two rest <<<"1:2:3:4"
echo "$one|$two|$rest"
set -- "first arg" second third
echo "$# [$1] [$2] [$*] $(printf '<%s>' "$@")"
shift 2
echo "$# $1"
eval 'echo evaluated $((1 + 1))'

section "here documents"
cat <<EOF
expanded: $((6 * 7)) ${list[0]}
EOF
cat <<'EOF'
literal: $((6 * 7)) ${list[0]}
EOF
cat <<-EOF
	tabs are gone
	here too
EOF
tr a-z A-Z <<<"a here string"

section "pipelines over two megabytes"
set +o pipefail # head ends its feeders by SIGPIPE
awk 'BEGIN { x = 12345
	for (i = 0; i < 40000; i++) {
		x = (x * 1103 + 12849) % 65521
		printf "%d line %d of the text has word%d and number %d\n", x, i, x % 97, (x * 7) % 1000
	}
}' > big.txt
wc -l < big.txt | tr -d ' '
wc -c < big.txt | tr -d ' '
cksum < big.txt
sort -n big.txt | head -3
sort -k8,8 -k1,1n big.txt | tail -2
cut -d' ' -f8 big.txt | sort | uniq -c | sort -k1,1nr -k2 | head -4 | sed 's/^ *//'
awk '{ n[$8]++; s += $NF } END { for (k in n) c++; print c, s }' big.txt
sed -n '/word42 /{s/line \([0-9]*\).*/\1/;p;}' big.txt | head -5 | tr '\n' ' '
echo
grep -c 'word7 ' big.txt
grep -E -o 'number 99[0-9]$' big.txt | sort | uniq -c | sed 's/^ *//' | head -3
tr -cd '0-9\n' < big.txt | awk '{ t += length($0) } END { print t }'
split -l 10000 big.txt part.
ls part.*
cat part.* | cmp - big.txt && echo "parts are the whole"
head -c 100000 big.txt | tail -c 50 | od -An -tx1 | head -2 | tr -s ' '
paste -d, <(seq 1 5) <(seq 11 15) | tee copy.txt | tail -1
join <(printf '1 a\n2 b\n3 c\n') <(printf '1 x\n3 z\n')
comm -12 <(seq 11 20) <(seq 15 25) | tr '\n' ' '
echo
diff <(seq 1 5) <(seq 1 2; echo changed; seq 4 5) || echo "diff says $?"
seq 10 | xargs -n 3 echo
printf 'b 2\na 1\n' | while read -r k v; do echo "$v$k"; done

section "redirection"
set -o pipefail
{
	echo out
	echo err >&2
} > both.txt 2>&1
cat both.txt
exec 7> seven.txt
echo through seven >&7
exec 7>&-
cat seven.txt
exec 8< big.txt
read -r first <&8
read -r second <&8
exec 8<&-
echo "${first%% *} ${second%% *}"
echo more >> seven.txt
wc -l < seven.txt | tr -d ' '
ls /nonexistent 2>/dev/null || echo "ls failed"
(
	set -o noclobber
	echo x > seven.txt
) 2>/dev/null || echo "no clobber"
echo "to stderr" 2>&1 >&2 2>/dev/null | cat

section "subshells"
x=1
(
	x=2
	cd /
	echo "inside $x"
)
echo "outside $x"
y=$(
	echo one
	echo two
)
echo "$y" | wc -l | tr -d ' '
{ echo grouped; } | cat
echo "depth $(echo "$(echo "$(echo three)")")"
coproc bc_like { while read -r l; do echo $((l)); done; }
helper=$bc_like_PID
echo '6*7' >&"${bc_like[1]}"
read -r answer <&"${bc_like[0]}"
echo "coprocess says $answer"
eval "exec ${bc_like[1]}>&-"
wait "$helper" 2>/dev/null || true

section "traps and signals"
(
	trap 'echo "exit trap $?"' EXIT
	trap 'echo "got TERM"' TERM
	kill -TERM "$BASHPID"
	exit 5
) || echo "status $?"
bash -c 'trap "echo usr1" USR1; kill -USR1 $$; echo after'
bash -c 'kill -KILL $$' || echo "killed: $?"
sleep 100 &
victim=$!
kill "$victim"
wait "$victim" || echo "wait says $?"
bash -c 'trap "" INT; kill -INT $$; echo ignored'
(
	trap 'echo error trap' ERR
	set +e
	false
	true
)

section "background jobs"
for i in 3 1 2; do
	(echo "job $i" > "job.$i"; exit "$i") &
	pids[i]=$!
done
for i in 1 2 3; do
	wait "${pids[i]}" || echo "job $i ended with $?"
done
cat job.1 job.2 job.3
mkfifo gate
(read -r _ < gate; echo slow) &
(echo fast) | cat
echo open > gate
wait
rm gate
set +e
timeout 30 sleep 0.01
echo "timeout: $?"
set -e

section "two hundred processes"
mkdir many
for i in {1..200}; do
	(echo $((i * i)) > "many/$i") &
done
wait
ls many | wc -l | tr -d ' '
cat many/* | awk '{ s += $1 } END { print s }'

section "fifos and process substitution"
mkfifo pipe
(for i in 1 2 3; do echo "message $i"; done > pipe) &
while read -r line; do
	echo "read: $line"
done < pipe
wait
sort <(echo b; echo a) <(echo c)
echo copied | tee >(cat > teed.txt) > /dev/null
until [ -s teed.txt ]; do # nobody waits for it
	sleep 0.1
done
cat teed.txt

section "read with a timeout"
if read -r -t 0.05 never < <(sleep 5); then
	echo "read something"
else
	echo "nothing came: $(($? > 128))"
fi
printf 'abc' | { IFS= read -r -n 2 two; echo "$two"; }
printf 'no newline' | { read -r l || echo "end: $l"; }

section "files"
mkdir -p deep/er/and/deeper
touch deep/er/and/deeper/file
find deep | sort
ln -s deep/er link
ls link
readlink link
ln d.txt hard
echo data > d.txt
cat hard
stat -c '%h %s %a' d.txt
chmod 640 d.txt
stat -c '%a %A' d.txt
cp -r deep copy
mv copy moved
find moved -type f
rm -r moved
[[ -d moved ]] || echo "gone"
[[ -L link && -e link && -d link ]] && echo "link is good"
test -s d.txt -a -r d.txt && echo "has data"
umask 027
touch masked
stat -c %a masked
umask 022
touch -d '2020-02-02 02:02:02' dated
stat -c %Y dated
find . -name '?.txt' -newer dated | sort
du -s deep > /dev/null && echo "du works"
basename /usr/lib/thing.so .so
dirname /usr/lib/thing.so
(cd deep/er && pwd | sed "s|$work|W|")
dd if=/dev/zero of=zeros bs=1024 count=64 2>/dev/null
wc -c < zeros | tr -d ' '
truncate -s 10 zeros
wc -c < zeros | tr -d ' '

section "proc and dev"
[[ -r /proc/self/status ]] && grep -c '^Pid:' /proc/self/status
tr '\0' ' ' < /proc/self/cmdline | cut -d' ' -f1
[[ $(cat /proc/$$/comm) == bash ]] && echo "I am bash"
[[ $(awk '/MemTotal/ { print ($2 > 1000) }' /proc/meminfo) == 1 ]] && echo "there is memory"
grep -c '^processor' /proc/cpuinfo | awk '{ print ($1 > 0) }'
exec 7</dev/null 8>>seen 9< <(sleep 0)
readlink "/proc/$$/fd/7"
[[ $(readlink "/proc/$$/fd/8") == "$(readlink "/proc/$$/cwd")/seen" && /proc/$$/fd/8 -ef seen ]] && echo "by its path"
[[ $(readlink "/proc/$$/fd/9") == pipe:\[*\] ]] && echo "a pipe"
ls -l "/proc/$$/fd" | awk '$NF == "/dev/null" && $(NF - 2) == 7 { print $1 }'
exec 7<&- 8>&- 9<&-
[[ -L /proc/$$/fd/7 ]] || echo "closed"
rm seen
head -c 16 /dev/zero | od -An -tx1 | tr -d ' \n'
echo
head -c 32 /dev/urandom | wc -c | tr -d ' '
echo lost > /dev/null
[[ -t 0 ]] || echo "no terminal"

section "set -euo pipefail"
bash -c 'set -e; false; echo not reached' || echo "stopped: $?"
bash -c 'set -u; echo $undefined_variable' 2>/dev/null || echo "unset: $?"
bash -c 'set -o pipefail; false | true' || echo "pipe: $?"
bash -c 'exit 42' || echo "exit: $?"
if false | true; then echo "without pipefail it would pass"; else echo "with pipefail it fails"; fi
PATH=/nonexistent command -v ls || echo "not found"
bash -c 'no_such_command' 2>/dev/null || echo "127: $?"
touch not_executable
./not_executable 2>/dev/null || echo "126: $?"

section "getopts and select"
options() {
	local OPTIND opt
	while getopts 'ab:c' opt "$@"; do
		echo "$opt ${OPTARG-}"
	done
}
options -a -b value -c
date -u -d @86400 +%Y-%m-%dT%H:%M:%S
seq -s+ 1 10
printf '%s\n' 10 9 2 1 | sort -n | tr '\n' ' '
echo
expr 3 + 4
echo 'a,b;c' | tr ',;' '  '
nl -ba <(printf 'x\ny\n') | sed 's/\t/ /;s/^ *//'
fold -w 10 <<<"abcdefghijklmnopqrstuvwxyz"
cd /
rm -rf "$work"
section "the end"
exit 17
