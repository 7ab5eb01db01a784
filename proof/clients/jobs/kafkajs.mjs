// npm kafkajs: a login by SCRAM, batches with headers, a group, offsets.
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.DOMICILE_CLIENTS, "streams", "package.json"));
const { Kafka, logLevel } = require("kafkajs");

function check(condition, what) {
    if (!condition) {
        console.error("FAILED: " + what);
        process.exit(1);
    }
}

const kafka = new Kafka({
    brokers: [process.env.KAFKA_BOOTSTRAP],
    sasl: {
        mechanism: "scram-sha-256",
        username: process.env.AWS_ACCESS_KEY_ID,
        password: process.env.AWS_SECRET_ACCESS_KEY,
    },
    logLevel: logLevel.NOTHING,
});
const stream = "job.node";
const producer = kafka.producer({ allowAutoTopicCreation: false });
await producer.connect();
const messages = [...Array(300).keys()].map((i) => ({
    key: String(i % 5),
    value: JSON.stringify({ n: i }),
    headers: { unit: "cm" },
}));
await producer.send({ topic: stream, messages, acks: -1 });
await producer.disconnect();
console.log("ok: a batch with headers");

const consumer = kafka.consumer({ groupId: "node" });
await consumer.connect();
await consumer.subscribe({ topics: [stream], fromBeginning: true });
const seen = new Set();
await new Promise((done, failed) => {
    const late = setTimeout(() => failed(new Error("only " + seen.size + " came")), 40_000);
    consumer.run({
        eachMessage: async ({ message }) => {
            check(message.headers.unit.toString() === "cm", "a header");
            seen.add(JSON.parse(message.value).n);
            if (seen.size === 300) {
                clearTimeout(late);
                done();
            }
        },
    });
});
await consumer.disconnect();
console.log("ok: a group reads all of it");

const admin = kafka.admin();
await admin.connect();
const offsets = await admin.fetchTopicOffsets(stream);
check(offsets.reduce((sum, each) => sum + Number(each.high), 0) === 300, JSON.stringify(offsets));
check((await admin.listTopics()).includes(stream), "the list");
let refused = "";
await admin.createTopics({ topics: [{ topic: "node.mine" }] }).catch((e) => (refused = e.errors?.[0]?.type ?? e.type));
check(/AUTHORIZATION_FAILED/.test(refused), "a topic was made: " + refused);
await admin.disconnect();
console.log("ok: offsets, and no topics of its own");
