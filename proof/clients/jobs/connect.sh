# Kafka Connect, one worker with two connectors: lines of a file into a stream, and out of it into another file.
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

umask 077
# the worker's own connections, and those of its connectors
{
    printf '%s\n' "$KAFKA_JAVA"
    printf '%s\n' "$KAFKA_JAVA" | sed -n 's/^\(security\|sasl\)\./producer.&/p'
    printf '%s\n' "$KAFKA_JAVA" | sed -n 's/^\(security\|sasl\)\./consumer.&/p'
    cat <<EOF
key.converter=org.apache.kafka.connect.storage.StringConverter
value.converter=org.apache.kafka.connect.storage.StringConverter
offset.storage.file.filename=$work/offsets
offset.flush.interval.ms=500
plugin.discovery=service_load
listeners=http://127.0.0.1:0
EOF
} >worker.properties
# streams are made by 'domicile stream create', and not by whoever writes to them
echo "topic.creation.enable=false" >>worker.properties
cat >source.properties <<EOF
name=job-source
connector.class=org.apache.kafka.connect.file.FileStreamSourceConnector
tasks.max=1
file=$work/in
topic=job.files
EOF
cat >sink.properties <<EOF
name=job-sink
connector.class=org.apache.kafka.connect.file.FileStreamSinkConnector
tasks.max=1
file=$work/out
topics=job.files
EOF

connect() {
    java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx256m -cp "$DOMICILE_CLIENTS/connect/*" \
        org.apache.kafka.connect.cli.ConnectStandalone worker.properties source.properties sink.properties \
        >>connect.log 2>&1 &
    worker=$!
    trap 'kill -9 "$worker" 2>/dev/null || true' EXIT
}
# until the file is as long, or a minute has gone
arrived() {
    for _ in $(seq 300); do
        [ "$(wc -l 2>/dev/null <out 2>/dev/null || echo 0)" -ge "$1" ] && return
        kill -0 "$worker" 2>/dev/null || break
        sleep 0.2
    done
    fail "$(wc -l <out) lines of $1 came; Connect says: $(tail -40 connect.log)"
}
stop() {
    kill "$worker"
    wait "$worker" || true
}

seq -f 'line %.0f' 2000 >in
connect
arrived 2000
same in out "lines of a file came through a stream into another file"
stop

seq -f 'line %.0f' 2001 2100 >>in
connect
arrived 2100
stop
same in out "after a restart they go on where they were, and nothing came twice"
