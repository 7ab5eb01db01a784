package org.domicile.launcher;

import java.io.PrintWriter;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints what clients need to reach this server with the first credential. */
@Command(
        name = "env",
        description = {
            "Print what a client needs to use this server with the first credential.",
            "The output holds the credential's secret."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Example: ./domicile env --for rclone",
            "In a shell:",
            "  eval \"$(./domicile env)\"                 aws-cli, boto3, most SDKs, psql",
            "  eval \"$(./domicile env --for rclone)\"    then: rclone ls domicile:archive",
            "  (umask 077; ./domicile env --for s3cmd > domicile.s3cfg)",
            "Tables: --for pyiceberg, spark, trino, duckdb",
            "Streams: (umask 077; ./domicile env --for kcat > kcat.conf)",
            "         kcat -F kcat.conf -t water.levels -P < readings.ndjson; or --for java,"
                    + " kafkajs"
        })
final class Env implements Callable<Integer> {
    /** Clients that want it each in a form of its own. */
    enum Client {
        aws,
        rclone,
        restic,
        s3cmd,
        boto3,
        pyiceberg,
        spark,
        trino,
        duckdb,
        kcat,
        librdkafka,
        java,
        kafkajs
    }

    private static final String PYICEBERG =
            "# then in Python: from pyiceberg.catalog import load_catalog;"
                    + " load_catalog(\"domicile\").list_namespaces()\n";

    private static final String SPARK =
            """
            # lines of spark-defaults.conf; they hold a secret, so keep the file to yourself:
            #   (umask 077; ./domicile env --for spark > domicile.conf)
            #   spark-sql --properties-file domicile.conf --packages \
            #     org.apache.iceberg:iceberg-spark-runtime-4.1_2.13:1.11.0,org.apache.iceberg:iceberg-aws-bundle:1.11.0
            """;

    private static final String TRINO =
            """
            # etc/catalog/domicile.properties; it holds a secret, so keep it to yourself:
            #   (umask 077; ./domicile env --for trino > etc/catalog/domicile.properties)
            """;

    @Mixin CommonOptions common = new CommonOptions();

    @Option(
            names = "--for",
            paramLabel = "CLIENT",
            defaultValue = "aws",
            description = "One of: ${COMPLETION-CANDIDATES} (default: aws).")
    Client client = Client.aws;

    @SuppressWarnings("NullAway.Init") // picocli
    @Spec
    CommandSpec spec;

    @Override
    public Integer call() {
        Endpoints server = Endpoints.on(common.folder());
        FirstCredential credential =
                FirstCredential.read(server.firstCredential())
                        .orElseThrow(() ->
                                new Problem(
                                        "the first credential is not in "
                                                + server.firstCredential()
                                                + " any more: make one with ./domicile"
                                                + " credential create, which shows its"
                                                + " secret once"));
        String url = server.s3();
        CatalogClientSettings tables =
                new CatalogClientSettings(
                        credential, server.urls().getOrDefault("web", ""), url, server.zone());
        PrintWriter out = spec.commandLine().getOut();
        Map<String, String> variables =
                switch (client) {
                    case pyiceberg -> tables.pyiceberg();
                    case spark -> tables.spark();
                    case trino -> tables.trino();
                    case duckdb -> tables.duckdb();
                    case kcat, librdkafka -> kafka(credential, server).librdkafka();
                    case java -> kafka(credential, server).java();
                    case kafkajs -> kafka(credential, server).kafkajs();
                    case aws, rclone, restic, s3cmd, boto3 ->
                            variables(
                                    credential,
                                    url,
                                    server.urls().getOrDefault("sql", ""),
                                    server.zone());
                };
        if (common.json) {
            out.println(new Json.Row(new LinkedHashMap<>(variables)).line());
        } else {
            out.print(
                    switch (client) {
                        case aws, rclone, restic -> exports(variables) + note(url);
                        case s3cmd -> s3cmd(credential, url, server.zone());
                        case boto3 -> boto3(credential, url, server.zone());
                        case pyiceberg -> exports(variables) + PYICEBERG;
                        case spark -> CatalogClientSettings.lines(SPARK, variables, " ");
                        case trino -> CatalogClientSettings.lines(TRINO, variables, "=");
                        case duckdb -> tables.duckdbSql();
                        case kcat, librdkafka, java ->
                                CatalogClientSettings.lines(
                                        KafkaClientSettings.note(client.name()), variables, "=");
                        case kafkajs -> kafka(credential, server).kafkajsCode();
                    });
        }
        out.flush();
        return 0;
    }

    private static KafkaClientSettings kafka(FirstCredential credential, Endpoints server) {
        String url = server.urls().getOrDefault("kafka", "");
        if (url.isEmpty()) {
            throw new Problem(
                    "there is no stream yet, and Kafka's clients are served from the first one on:"
                            + " ./domicile stream create NAME");
        }
        boolean tls = server.urls().getOrDefault("web", "").startsWith("https:");
        return new KafkaClientSettings(credential, url.substring("kafka://".length()), tls);
    }

    private Map<String, String> variables(
            FirstCredential credential, String url, String sql, String region) {
        Map<String, String> variables = new LinkedHashMap<>();
        switch (client) {
            case aws, s3cmd, boto3 -> {
                variables.put("AWS_ACCESS_KEY_ID", credential.accessKey());
                variables.put("AWS_SECRET_ACCESS_KEY", credential.secret());
                variables.put("AWS_ENDPOINT_URL", url);
                variables.put("AWS_REGION", region);
                variables.put("AWS_DEFAULT_REGION", region);
                postgres(variables, credential, sql);
            }
            case rclone -> {
                variables.put("RCLONE_CONFIG_DOMICILE_TYPE", "s3");
                variables.put("RCLONE_CONFIG_DOMICILE_PROVIDER", "Other");
                variables.put("RCLONE_CONFIG_DOMICILE_ACCESS_KEY_ID", credential.accessKey());
                variables.put("RCLONE_CONFIG_DOMICILE_SECRET_ACCESS_KEY", credential.secret());
                variables.put("RCLONE_CONFIG_DOMICILE_ENDPOINT", url);
                variables.put("RCLONE_CONFIG_DOMICILE_REGION", region);
                variables.put("RCLONE_CONFIG_DOMICILE_LOCATION_CONSTRAINT", region);
                variables.put("RCLONE_CONFIG_DOMICILE_FORCE_PATH_STYLE", "true");
            }
            case restic -> {
                variables.put("AWS_ACCESS_KEY_ID", credential.accessKey());
                variables.put("AWS_SECRET_ACCESS_KEY", credential.secret());
                variables.put("AWS_DEFAULT_REGION", region);
                variables.put("RESTIC_REPOSITORY", "s3:" + url + "/restic");
            }
            case pyiceberg, spark, trino, duckdb -> {} // theirs are the catalog's
            case kcat, librdkafka, java, kafkajs -> {} // theirs are the streams'
        }
        return variables;
    }

    /** What libpq, and all that is built on it, reads. */
    private static void postgres(
            Map<String, String> variables, FirstCredential credential, String sql) {
        if (sql.isEmpty()) {
            return;
        }
        URI at = URI.create(sql);
        variables.put("PGHOST", at.getHost().replaceAll("[\\[\\]]", ""));
        variables.put("PGPORT", Integer.toString(at.getPort()));
        variables.put("PGUSER", credential.accessKey());
        variables.put("PGPASSWORD", credential.secret());
        variables.put("PGDATABASE", "postgres");
    }

    private static String exports(Map<String, String> variables) {
        StringBuilder text = new StringBuilder();
        variables.forEach((name, value) ->
                text.append("export ")
                        .append(name)
                        .append('=')
                        .append(Shell.quoted(value))
                        .append('\n'));
        return text.toString();
    }

    private String note(String url) {
        String authority =
                url.startsWith("https:")
                        ? "# When the certificate is not one that this machine trusts:"
                                + " export AWS_CA_BUNDLE=FILE\n"
                        : "";
        return switch (client) {
            case aws, s3cmd, boto3 -> authority + "# then for example: aws s3 mb s3://archive\n";
            case rclone -> "# then for example: rclone copy FOLDER domicile:archive/FOLDER\n";
            case restic ->
                    "# The repository is the bucket 'restic'; change RESTIC_REPOSITORY for"
                        + " another.\n"
                        + "# Set RESTIC_PASSWORD_FILE, then: restic init && restic backup FOLDER\n";
            case pyiceberg, spark, trino, duckdb, kcat, librdkafka, java, kafkajs -> "";
        };
    }

    private static String s3cmd(FirstCredential credential, String url, String region) {
        String host = url.substring(url.indexOf("://") + 3);
        return """
        # s3cmd reads this from a file; it holds a secret, so keep it to yourself:
        #   (umask 077; ./domicile env --for s3cmd > domicile.s3cfg)
        #   s3cmd -c domicile.s3cfg mb s3://archive
        [default]
        access_key = %s
        secret_key = %s
        bucket_location = %s
        host_base = %s
        host_bucket = %s
        use_https = %s
        signature_v2 = False
        """
                .formatted(
                        credential.accessKey(),
                        credential.secret(),
                        region,
                        host,
                        host,
                        url.startsWith("https:") ? "True" : "False");
    }

    private static String boto3(FirstCredential credential, String url, String region) {
        return """
        # Python; with the variables of plain 'domicile env' set, boto3.client("s3") is enough.
        import boto3

        s3 = boto3.client(
            "s3",
            endpoint_url="%s",
            region_name="%s",
            aws_access_key_id="%s",
            aws_secret_access_key="%s",
        )
        """
                .formatted(url, region, credential.accessKey(), credential.secret());
    }
}
