package org.domicile.launcher;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What Kafka's clients need, each in a form of its own. Sources: librdkafka's CONFIGURATION.md,
 * Kafka's "Producer Configs" and "Consumer Configs", KafkaJS's "Client Configuration".
 *
 * @param bootstrap host and port @param tls whether connections are encrypted
 */
record KafkaClientSettings(FirstCredential credential, String bootstrap, boolean tls) {
    private String protocol() {
        return tls ? "SASL_SSL" : "SASL_PLAINTEXT";
    }

    /** Properties of librdkafka, as kcat's file has them. */
    Map<String, String> librdkafka() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("security.protocol", protocol());
        // its SCRAM before 2.6.1 is refused by Kafka 4: the nonce comes twice (librdkafka #4895)
        properties.put("sasl.mechanism", "PLAIN");
        properties.put("sasl.username", credential.accessKey());
        properties.put("sasl.password", credential.secret());
        return properties;
    }

    /** A properties file for Java's clients and Kafka's own command-line tools. */
    Map<String, String> java() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("bootstrap.servers", bootstrap);
        properties.put("security.protocol", protocol());
        properties.put("sasl.mechanism", "SCRAM-SHA-256");
        properties.put(
                "sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required username=\"%s\""
                                .formatted(credential.accessKey())
                        + " password=\"%s\";".formatted(credential.secret()));
        return properties;
    }

    /** The same, by KafkaJS's names. */
    Map<String, String> kafkajs() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("brokers", bootstrap);
        fields.put("ssl", Boolean.toString(tls));
        fields.put("mechanism", "scram-sha-256");
        fields.put("username", credential.accessKey());
        fields.put("password", credential.secret());
        return fields;
    }

    /** As a program has it. */
    String kafkajsCode() {
        return """
        // Node; it holds a secret, so keep the file to yourself.
        const { Kafka } = require("kafkajs");

        const kafka = new Kafka({
          brokers: ["%s"],
          ssl: %s,
          sasl: { mechanism: "scram-sha-256", username: "%s", password: "%s" },
        });

        module.exports = { kafka };
        """
                .formatted(bootstrap, tls, credential.accessKey(), credential.secret());
    }

    /** What stands above the lines. */
    static String note(String client) {
        return switch (client) {
            case "kcat" ->
                    """
                    # kcat reads this from a file; it holds a secret, so keep it to yourself:
                    #   (umask 077; ./domicile env --for kcat > kcat.conf)
                    #   kcat -F kcat.conf -t water.levels -P < readings.ndjson
                    """;
            case "librdkafka" ->
                    """
                    # properties of librdkafka, for Python's confluent-kafka and others; they hold a
                    # secret, so keep the file to yourself
                    """;
            default ->
                    """
                    # client.properties for Java and Kafka's own tools; it holds a secret, so keep it to
                    # yourself: kafka-console-consumer.sh --command-config client.properties …
                    """;
        };
    }
}
