/**
 * The Iceberg REST catalog (rest-catalog-open-api.yaml of Apache Iceberg 1.11), below {@code
 * /iceberg/} of the web listener: what stands in a request's line and headers, and who sends it.
 * Bodies are texts that the guard's words parse.
 *
 * <p><b>Who calls.</b> A bearer token that {@code POST /iceberg/v1/oauth/tokens} gave for a
 * credential's access key and secret (OAuth 2.0's client credentials, RFC 6749 §4.4); or AWS
 * Signature Version 4 in the Authorization header, for the services {@code execute-api}, {@code s3}
 * and {@code glue}, with a session's token or without. Nobody else is answered but by 401, counted
 * as a stranger.
 *
 * <p><b>A bearer token</b> is the access key of a session, its sealed token, and a key derived of
 * its secret ({@link org.domicile.iceberg.BearerToken}), with dots between. It shows that who has
 * it was shown the secret: a session's token alone goes over the wire with each request to S3.
 *
 * <p><b>What is served</b> is the closed set {@link org.domicile.iceberg.Operation}; the endpoints
 * that the configuration advertises are those of it that are marked so. Three more serve our own
 * commands, below {@code namespaces/{namespace}/tables/{table}/}: {@code GET inspection} (what the
 * table holds and keeps, and how its upkeep stands), {@code GET expiry} and {@code POST expiry}
 * (which snapshots would end, and ending them; {@code older-than-ms}, {@code keep}). No others
 * answer.
 *
 * <p><b>Errors</b> are the specification's ErrorModel, its types the names of the exceptions of
 * Iceberg's own client.
 *
 * <p><b>Limits.</b> A body 16 MiB, four larger than 1 MiB at a time; a form of the token endpoint
 * 16 KiB; 256 requests under way.
 */
@NullMarked
package org.domicile.iceberg;

import org.jspecify.annotations.NullMarked;
