# kcat and curl: records in and out, groups, and Kafka's own command-line tools on the same stream.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

equals() { [ "$1" = "$2" ] || fail "$3: '$1' and not '$2'"; echo "ok: $3"; }
kcat() { command kcat -F kcat.conf "$@" 2>kcat.err || fail "kcat $*: $(cat kcat.err)"; }
java_tool() {
    timeout 60 java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx200m -cp "$DOMICILE_CLIENTS/kafka/*" "$@"
}
tool() { java_tool "$@" 2>tool.err || fail "$*: $(tail -5 tool.err)"; }

umask 077
printf '%s\n' "$KAFKA_LIBRDKAFKA" >kcat.conf
printf '%s\n' "$KAFKA_JAVA" >client.properties
seq -f '{"station":"s%.0f","level":1}' 500 >readings.ndjson

kcat -q -t job.levels -P <readings.ndjson
kcat -q -t job.levels -C -o beginning -e | sort >back
sort readings.ndjson | diff - back >/dev/null || fail "kcat read something else"
echo "ok: what went in came out"

curl -sS --fail-with-body -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \
    --data-binary @readings.ndjson "$WEB/streams/job.levels" >answer || fail "$(cat answer)"
grep -q '^{"records":500,' answer || fail "$(cat answer)"
equals "$(kcat -q -t job.levels -C -o beginning -e | wc -l)" 1000 "curl's records beside kcat's"

equals "$(kcat -q -G readers -X auto.offset.reset=earliest -c 1000 job.levels | wc -l)" 1000 "a group reads all of it"
kcat -q -t job.levels -P -K: <<'EOF'
a:{"n":1}
EOF
# a partition that had nothing yet has no place in the group
equals "$(kcat -q -G readers -X auto.offset.reset=earliest -c 1 job.levels)" '{"n":1}' "and goes on where it was"

# a name that is nobody's, and one that is none of ours to make
command kcat -F kcat.conf -L -t job.none >none 2>&1 || true
grep -qi 'unknown topic' none || fail "$(cat none)"
echo "ok: a stream that is not there is said to be none"
java_tool org.apache.kafka.tools.TopicCommand --bootstrap-server "$KAFKA_BOOTSTRAP" \
    --command-config client.properties --create --topic job.mine >made 2>&1 && fail "a topic was made"
grep -qi 'authorization failed' made || fail "$(cat made)"
echo "ok: topics are made as streams alone"

equals "$(tool org.apache.kafka.tools.GetOffsetShell --bootstrap-server "$KAFKA_BOOTSTRAP" \
    --command-config client.properties --topic job.levels | awk -F: '{n += $3} END {print n}')" 1001 "Kafka's tools count the same"
equals "$(tool org.apache.kafka.tools.consumer.ConsoleConsumer --bootstrap-server "$KAFKA_BOOTSTRAP" \
    --command-config client.properties --topic job.levels --from-beginning --max-messages 1001 | wc -l)" 1001 "and read the same"

seq -f '{"station":"z%.0f","level":2}' 500 | sort >packed.ndjson
tool org.apache.kafka.tools.ConsoleProducer --bootstrap-server "$KAFKA_BOOTSTRAP" \
    --command-config client.properties --topic job.levels --compression-codec zstd <packed.ndjson
kcat -q -t job.levels -C -o beginning -e >all
grep '"z' all | sort | diff packed.ndjson - >/dev/null || fail "what was packed came out as something else"
equals "$(wc -l <all)" 1501 "a producer that packs with zstd"
tool org.apache.kafka.tools.consumer.group.ConsumerGroupCommand --bootstrap-server "$KAFKA_BOOTSTRAP" \
    --command-config client.properties --describe --group readers >group
equals "$(awk '$1 == "readers" {read += $4; written += $5; lag += $6} END {print read, written, lag}' group)" \
    "1001 1501 500" "kafka-consumer-groups says how far a group is"
tool org.apache.kafka.tools.TopicCommand --bootstrap-server "$KAFKA_BOOTSTRAP" \
    --command-config client.properties --describe --topic job.levels >topic
equals "$(grep -c 'PartitionCount: 2.*retention.ms=86400000' topic) $(grep -c 'Leader: 1.*Isr: 1' topic)" "1 2" \
    "and kafka-topics what a stream is"
