package org.domicile.launcher;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What engines need to open the Iceberg catalog, each in a form of its own. Sources: PyIceberg's
 * "Configuration" (environment variables), Iceberg's "Spark Configuration", Trino's "Iceberg
 * connector", DuckDB's "Iceberg REST Catalogs".
 *
 * @param web of the server, whose catalog lies under it
 * @param s3 where the tables' files are
 * @param region of the files, the server's zone
 */
record CatalogClientSettings(FirstCredential credential, String web, String s3, String region) {
    private static final String SPARK = "spark.sql.catalog.domicile";

    /** To whom the first credential belongs. */
    private static final String FIRST_ORGANISATION = "main";

    private String catalog() {
        return web + "/iceberg";
    }

    private String login() {
        return credential.accessKey() + ":" + credential.secret();
    }

    /** Variables of the environment, for {@code load_catalog("domicile")}. */
    Map<String, String> pyiceberg() {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PYICEBERG_CATALOG__DOMICILE__TYPE", "rest");
        variables.put("PYICEBERG_CATALOG__DOMICILE__URI", catalog());
        variables.put("PYICEBERG_CATALOG__DOMICILE__CREDENTIAL", login());
        variables.put("PYICEBERG_CATALOG__DOMICILE__S3__REGION", region);
        return variables;
    }

    /** Lines of {@code spark-defaults.conf}. */
    Map<String, String> spark() {
        Map<String, String> lines = new LinkedHashMap<>();
        lines.put(SPARK, "org.apache.iceberg.spark.SparkCatalog");
        lines.put(SPARK + ".type", "rest");
        lines.put(SPARK + ".uri", catalog());
        lines.put(SPARK + ".credential", login());
        lines.put(SPARK + ".io-impl", "org.apache.iceberg.aws.s3.S3FileIO");
        lines.put(SPARK + ".client.region", region);
        lines.put(SPARK + ".header.X-Iceberg-Access-Delegation", "vended-credentials");
        return lines;
    }

    /** A catalog's properties file. */
    Map<String, String> trino() {
        Map<String, String> properties = new LinkedHashMap<>();
        properties.put("connector.name", "iceberg");
        properties.put("iceberg.catalog.type", "rest");
        properties.put("iceberg.rest-catalog.uri", catalog());
        properties.put("iceberg.rest-catalog.security", "OAUTH2");
        properties.put("iceberg.rest-catalog.oauth2.credential", login());
        properties.put("iceberg.rest-catalog.vended-credentials-enabled", "true");
        properties.put("fs.native-s3.enabled", "true");
        properties.put("s3.endpoint", s3);
        properties.put("s3.path-style-access", "true");
        properties.put("s3.region", region);
        return properties;
    }

    /** What its secret says, by the names that DuckDB has for it. */
    Map<String, String> duckdb() {
        Map<String, String> secret = new LinkedHashMap<>();
        secret.put("client_id", credential.accessKey());
        secret.put("client_secret", credential.secret());
        secret.put("oauth2_server_uri", catalog() + "/v1/oauth/tokens");
        secret.put("endpoint", catalog());
        return secret;
    }

    /** The same as SQL. */
    String duckdbSql() {
        return """
        -- duckdb reads this from a file; it holds a secret, so keep it to yourself (zone: %s)
        --   (umask 077; ./domicile env --for duckdb > domicile.sql); duckdb -init domicile.sql
        install iceberg;
        load iceberg;
        create secret domicile (type iceberg, client_id '%s', client_secret '%s',
                                oauth2_server_uri '%s/v1/oauth/tokens');
        attach '%s' as domicile (type iceberg, endpoint '%s', secret domicile);
        -- then for example: show all tables;
        """
                .formatted(
                        region,
                        credential.accessKey(),
                        credential.secret(),
                        catalog(),
                        FIRST_ORGANISATION,
                        catalog());
    }

    /** Lines with a sign between name and value. */
    static String lines(String head, Map<String, String> all, String sign) {
        StringBuilder text = new StringBuilder(head);
        all.forEach((name, value) -> text.append(name).append(sign).append(value).append('\n'));
        return text.toString();
    }
}
