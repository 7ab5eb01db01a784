/**
 * Schemas of streams over the HTTP API of Confluent's schema registry, below {@code /schemas/} of
 * the web listener: what its clients call {@code schema.registry.url} is {@code
 * https://HOST:PORT/schemas}.
 *
 * <pre>
 *   GET    subjects                              names of subjects
 *   POST   subjects/S                            which version a schema is
 *   DELETE subjects/S                            delete all versions; permanent=true for good
 *   GET    subjects/S/versions                   numbers of versions
 *   POST   subjects/S/versions                   register
 *   GET    subjects/S/versions/V                 a version; V is a number or "latest"
 *   GET    subjects/S/versions/V/schema          its text alone
 *   GET    subjects/S/versions/V/referencedby    ids of schemas that build on it
 *   DELETE subjects/S/versions/V                 delete it
 *   GET    schemas/ids/ID                        a schema
 *   GET    schemas/ids/ID/schema                 its text alone
 *   GET    schemas/ids/ID/versions               versions that it is
 *   GET    schemas/ids/ID/subjects               their subjects
 *   GET    schemas/types                         languages
 *   POST   compatibility/subjects/S/versions     whether a schema may follow on what the level says
 *   POST   compatibility/subjects/S/versions/V   on one version
 *   GET, PUT, DELETE config, config/S            what new versions have to be able to do
 *   GET    mode, mode/S                          READWRITE
 * </pre>
 *
 * <p>Who asks shows its access key and secret as HTTP's Basic authentication, over TLS or from this
 * machine; it sees its organisation's subjects alone. Parts of a path are decoded once. Parameters
 * {@code deleted}, {@code permanent}, {@code verbose}, {@code format} (serialized), {@code
 * subjectPrefix} and {@code defaultToGlobal} mean what they mean there, and others nothing. Errors
 * are its objects with {@code error_code} and {@code message}; the use is in {@code
 * x-domicile-use}. Rule sets, metadata, and ids that a client chooses are refused.
 *
 * <p>Limits: 1 MiB a request, 64 requests at a time, of which an organisation has half at most; a
 * body comes within ten seconds.
 */
@NullMarked
package org.domicile.registry;

import org.jspecify.annotations.NullMarked;
