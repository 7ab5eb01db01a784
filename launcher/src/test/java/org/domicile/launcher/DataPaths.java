package org.domicile.launcher;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * What each operation of each door does with data and how it is put on record, in one place, with a
 * request that shows it. {@link DataPathsTest} takes the operations from the closed sets of all
 * modules under {@code doors/} ({@link ServedDoors}) and fails when one has no line here, so
 * whoever adds an operation, or a door, adds its lines to {@link #TABLE}:
 *
 * <pre>
 *   DOOR | OPERATION | FLOW | RECORD | METHOD TARGET | BODY
 *
 *   DOOR       the door's module, or what else it serves (sts); say in EveryDoor.ask how a new one is asked
 *   OPERATION  the constant, record or path in the door's closed set
 *   FLOW       none    touches nobody's data (names of buckets and uploads are none)
 *              reads   data, or what is known of them, go to the client
 *              writes  data come from the client
 *              copies  stored data become other stored data: labels must travel
 *   RECORD     itself  by a commit of its own, before the first byte leaves
 *              commit  in the commit that makes the change
 *              both    two uses: a reading by itself, then a change in its commit
 *              urgent  by itself, but done also when it cannot be recorded (status and stop)
 *              nobody  none: everybody may, and nothing of anybody is shown
 *   METHOD     COPY is a PUT whose source is {bucket}/raw/n, FORM a form that a page posts
 *   TARGET     its query sorted and encoded, each name with =; words in braces as
 *              {@link EveryDoor#prepare} sets them
 * </pre>
 *
 * Kafka's clients send forty-one kinds of requests; which of the Kafka door's operations each asks
 * for is a table of its own (ServedRequestsTest of capabilities/streams).
 *
 * <p>Lines are carried out from top to bottom on one installation, so what destroys stands last.
 */
final class DataPaths {
    private static final String TABLE =
            """
            s3 | LIST_BUCKETS | none | itself | GET /
            s3 | CREATE_BUCKET | none | commit | PUT /fresh
            s3 | HEAD_BUCKET | none | itself | HEAD /{bucket}
            s3 | GET_BUCKET_LOCATION | none | itself | GET /{bucket}?location=
            s3 | GET_BUCKET_VERSIONING | none | itself | GET /{bucket}?versioning=
            s3 | LIST_OBJECTS | reads | itself | GET /{bucket}
            s3 | LIST_OBJECTS_V2 | reads | itself | GET /{bucket}?list-type=2
            s3 | LIST_OBJECT_VERSIONS | reads | itself | GET /{bucket}?versions=
            s3 | LIST_MULTIPART_UPLOADS | reads | itself | GET /{bucket}?uploads=
            s3 | LIST_PARTS | reads | itself | GET /{bucket}/{target}?uploadId={upload}
            s3 | GET_OBJECT | reads | itself | GET /{bucket}/raw/n
            s3 | HEAD_OBJECT | reads | itself | HEAD /{bucket}/raw/n
            s3 | PUT_OBJECT | writes | commit | PUT /{bucket}/put | other
            s3 | CREATE_MULTIPART_UPLOAD | none | commit | POST /{bucket}/begun?uploads=
            s3 | UPLOAD_PART | writes | commit | PUT /{bucket}/{target}?partNumber=2&uploadId={upload} | other
            s3 | UPLOAD_PART_COPY | copies | both | COPY /{bucket}/{target}?partNumber=1&uploadId={upload}
            s3 | COMPLETE_MULTIPART_UPLOAD | copies | commit | POST /{bucket}/{target}?uploadId={upload} | {parts}
            s3 | COPY_OBJECT | copies | both | COPY /{bucket}/{target}
            s3 | ABORT_MULTIPART_UPLOAD | none | commit | DELETE /{bucket}/aborted?uploadId={aborted}
            s3 | PUT_BUCKET_VERSIONING | none | commit | PUT /{bucket}?versioning= | <VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>
            s3 | PUT_BUCKET_TAGGING | none | commit | PUT /{bucket}?tagging= | <Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>
            s3 | GET_BUCKET_TAGGING | none | itself | GET /{bucket}?tagging=
            s3 | DELETE_BUCKET_TAGGING | none | commit | DELETE /{bucket}?tagging=
            s3 | PUT_BUCKET_CORS | none | commit | PUT /{bucket}?cors= | <CORSConfiguration><CORSRule><AllowedOrigin>o</AllowedOrigin><AllowedMethod>GET</AllowedMethod></CORSRule></CORSConfiguration>
            s3 | GET_BUCKET_CORS | none | itself | GET /{bucket}?cors=
            s3 | DELETE_BUCKET_CORS | none | commit | DELETE /{bucket}?cors=
            s3 | PUT_BUCKET_ENCRYPTION | none | commit | PUT /{bucket}?encryption= | <ServerSideEncryptionConfiguration><Rule><ApplyServerSideEncryptionByDefault><SSEAlgorithm>AES256</SSEAlgorithm></ApplyServerSideEncryptionByDefault></Rule></ServerSideEncryptionConfiguration>
            s3 | GET_BUCKET_ENCRYPTION | none | itself | GET /{bucket}?encryption=
            s3 | DELETE_BUCKET_ENCRYPTION | none | commit | DELETE /{bucket}?encryption=
            s3 | PUT_OBJECT_TAGGING | writes | commit | PUT /{bucket}/raw/n?tagging= | <Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>
            s3 | GET_OBJECT_TAGGING | reads | itself | GET /{bucket}/raw/n?tagging=
            s3 | DELETE_OBJECT_TAGGING | none | commit | DELETE /{bucket}/raw/n?tagging=
            s3 | PUT_BUCKET_OWNERSHIP_CONTROLS | none | commit | PUT /{bucket}?ownershipControls= | <OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>
            s3 | GET_BUCKET_OWNERSHIP_CONTROLS | none | itself | GET /{bucket}?ownershipControls=
            s3 | PUT_BUCKET_ACL | none | commit | PUT /{bucket}?acl= | {acl}
            s3 | GET_BUCKET_ACL | none | itself | GET /{bucket}?acl=
            s3 | PUT_OBJECT_ACL | none | commit | PUT /{bucket}/raw/n?acl= | {acl}
            s3 | GET_OBJECT_ACL | none | itself | GET /{bucket}/raw/n?acl=
            s3 | DELETE_BUCKET_OWNERSHIP_CONTROLS | none | commit | DELETE /{bucket}?ownershipControls=
            s3 | PUT_PUBLIC_ACCESS_BLOCK | none | commit | PUT /{bucket}?publicAccessBlock= | <PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>
            s3 | GET_PUBLIC_ACCESS_BLOCK | none | itself | GET /{bucket}?publicAccessBlock=
            s3 | DELETE_PUBLIC_ACCESS_BLOCK | none | commit | DELETE /{bucket}?publicAccessBlock=
            s3 | PUT_BUCKET_POLICY | none | commit | PUT /{bucket}?policy= | {policy}
            s3 | GET_BUCKET_POLICY | none | itself | GET /{bucket}?policy=
            s3 | GET_BUCKET_POLICY_STATUS | none | itself | GET /{bucket}?policyStatus=
            s3 | DELETE_BUCKET_POLICY | none | commit | DELETE /{bucket}?policy=
            s3 | POST_OBJECT | writes | commit | FORM /{bucket} | posted
            s3 | GET_OBJECT_ATTRIBUTES | reads | itself | GET /{bucket}/raw/n?attributes=
            s3 | GET_BUCKET_ACCELERATE_CONFIGURATION | none | itself | GET /{bucket}?accelerate=
            s3 | GET_BUCKET_LOGGING | none | itself | GET /{bucket}?logging=
            s3 | GET_BUCKET_REPLICATION | none | itself | GET /{bucket}?replication=
            s3 | GET_BUCKET_REQUEST_PAYMENT | none | itself | GET /{bucket}?requestPayment=
            s3 | GET_BUCKET_WEBSITE | none | itself | GET /{bucket}?website=
            s3 | PUT_OBJECT_LOCK_CONFIGURATION | none | commit | PUT /{kept}?object-lock= | <ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>
            s3 | GET_OBJECT_LOCK_CONFIGURATION | none | itself | GET /{kept}?object-lock=
            s3 | PUT_OBJECT_LEGAL_HOLD | none | commit | PUT /{kept}/n?legal-hold= | <LegalHold><Status>OFF</Status></LegalHold>
            s3 | GET_OBJECT_LEGAL_HOLD | reads | itself | GET /{kept}/n?legal-hold=
            s3 | PUT_OBJECT_RETENTION | none | commit | PUT /{kept}/n?retention= | <Retention><Mode>GOVERNANCE</Mode><RetainUntilDate>2099-01-01T00:00:00Z</RetainUntilDate></Retention>
            s3 | GET_OBJECT_RETENTION | reads | itself | GET /{kept}/n?retention=
            s3 | PUT_BUCKET_LIFECYCLE_CONFIGURATION | none | commit | PUT /{bucket}?lifecycle= | <LifecycleConfiguration><Rule><ID>r</ID><Status>Enabled</Status><Filter><Prefix>gone/</Prefix></Filter><Expiration><Days>3650</Days></Expiration></Rule></LifecycleConfiguration>
            s3 | GET_BUCKET_LIFECYCLE_CONFIGURATION | none | itself | GET /{bucket}?lifecycle=
            s3 | DELETE_BUCKET_LIFECYCLE | none | commit | DELETE /{bucket}?lifecycle=
            s3 | PUT_BUCKET_NOTIFICATION_CONFIGURATION | none | commit | PUT /{bucket}?notification= | <NotificationConfiguration/>
            s3 | GET_BUCKET_NOTIFICATION_CONFIGURATION | none | itself | GET /{bucket}?notification=
            s3 | DELETE_OBJECT | none | commit | DELETE /{bucket}/one
            s3 | DELETE_OBJECTS | none | commit | POST /{bucket}?delete= | <Delete><Object><Key>two</Key></Object></Delete>
            s3 | DELETE_BUCKET | none | commit | DELETE /{empty}

            sts | GET_CALLER_IDENTITY | none | itself | POST /?Action=GetCallerIdentity&Version=2011-06-15
            sts | GET_SESSION_TOKEN | none | itself | POST /?Action=GetSessionToken&Version=2011-06-15
            sts | ASSUME_ROLE | none | itself | POST /?Action=AssumeRole&RoleArn=arn%3Aaws%3Aiam%3A%3Acity%3Arole%2Fguide&RoleSessionName=guided&Version=2011-06-15

            iceberg | GET_CONFIG | none | itself | GET /iceberg/v1/config
            iceberg | GET_TOKEN | none | itself | POST /iceberg/v1/oauth/tokens
            iceberg | LIST_NAMESPACES | none | itself | GET /iceberg/v1/namespaces
            iceberg | CREATE_NAMESPACE | none | commit | POST /iceberg/v1/namespaces | {"namespace":["flights","inner"]}
            iceberg | LOAD_NAMESPACE | none | itself | GET /iceberg/v1/namespaces/flights
            iceberg | NAMESPACE_EXISTS | none | itself | HEAD /iceberg/v1/namespaces/flights
            iceberg | UPDATE_NAMESPACE | none | commit | POST /iceberg/v1/namespaces/flights/properties | {"updates":{"k":"v"}}
            iceberg | LIST_TABLES | none | itself | GET /iceberg/v1/namespaces/flights/tables
            iceberg | CREATE_TABLE | none | commit | POST /iceberg/v1/namespaces/flights/tables | {"name":"more",{schema}}
            iceberg | REGISTER_TABLE | reads | both | POST /iceberg/v1/namespaces/flights/register | {"name":"again","metadata-location":"{gone}"}
            iceberg | LOAD_TABLE | reads | itself | GET /iceberg/v1/namespaces/flights/tables/t
            iceberg | TABLE_EXISTS | none | itself | HEAD /iceberg/v1/namespaces/flights/tables/t
            iceberg | COMMIT_TABLE | writes | commit | POST /iceberg/v1/namespaces/flights/tables/t | {"requirements":[],"updates":[{"action":"set-properties","updates":{"k":"v"}}]}
            iceberg | COMMIT_TRANSACTION | writes | commit | POST /iceberg/v1/transactions/commit | {"table-changes":[{"identifier":{"namespace":["flights"],"name":"t"},"requirements":[],"updates":[{"action":"set-properties","updates":{"l":"w"}}]}]}
            iceberg | REPORT_METRICS | none | itself | POST /iceberg/v1/namespaces/flights/tables/t/metrics | {}
            iceberg | LOAD_CREDENTIALS | reads | itself | GET /iceberg/v1/namespaces/flights/tables/t/credentials
            iceberg | SIGN | reads | itself | POST /iceberg/v1/namespaces/flights/tables/t/sign | {"region":"home","uri":"http://localhost:9000/{files}/data/f","method":"GET","headers":{}}
            iceberg | PLAN_SCAN | reads | itself | POST /iceberg/v1/namespaces/flights/tables/t/plan | {}
            iceberg | FETCH_PLAN | reads | itself | GET /iceberg/v1/namespaces/flights/tables/t/plan/{plan}
            iceberg | INSPECT_TABLE | reads | itself | GET /iceberg/v1/namespaces/flights/tables/t/inspection
            iceberg | PLAN_EXPIRY | reads | itself | GET /iceberg/v1/namespaces/flights/tables/t/expiry?older-than-ms=0
            iceberg | EXPIRE_SNAPSHOTS | writes | commit | POST /iceberg/v1/namespaces/flights/tables/old/expiry?older-than-ms=10000
            iceberg | FETCH_TASKS | reads | itself | POST /iceberg/v1/namespaces/flights/tables/t/tasks | {"plan-task":"{plan}-1"}
            iceberg | CANCEL_PLAN | none | itself | DELETE /iceberg/v1/namespaces/flights/tables/t/plan/{plan}
            iceberg | LIST_VIEWS | none | itself | GET /iceberg/v1/namespaces/flights/views
            iceberg | CREATE_VIEW | none | commit | POST /iceberg/v1/namespaces/flights/views | {"name":"seen",{viewed}}
            iceberg | REGISTER_VIEW | reads | both | POST /iceberg/v1/namespaces/flights/register-view | {"name":"seen-again","metadata-location":"{goneView}"}
            iceberg | LOAD_VIEW | reads | itself | GET /iceberg/v1/namespaces/flights/views/v
            iceberg | VIEW_EXISTS | none | itself | HEAD /iceberg/v1/namespaces/flights/views/v
            iceberg | REPLACE_VIEW | writes | commit | POST /iceberg/v1/namespaces/flights/views/v | {"requirements":[],"updates":[{"action":"set-properties","updates":{"k":"v"}}]}
            iceberg | RENAME_VIEW | none | commit | POST /iceberg/v1/views/rename | {"source":{"namespace":["flights"],"name":"v"},"destination":{"namespace":["flights"],"name":"u"}}
            iceberg | DROP_VIEW | none | commit | DELETE /iceberg/v1/namespaces/flights/views/u
            iceberg | RENAME_TABLE | none | commit | POST /iceberg/v1/tables/rename | {"source":{"namespace":["flights"],"name":"t"},"destination":{"namespace":["flights"],"name":"s"}}
            iceberg | DROP_TABLE | none | commit | DELETE /iceberg/v1/namespaces/flights/tables/s?purgeRequested=true
            iceberg | DROP_NAMESPACE | none | commit | DELETE /iceberg/v1/namespaces/flights%1Finner

            tiles | Page | none | nobody | GET /ledger/
            tiles | PageWithoutSlash | none | nobody | GET /ledger
            tiles | Verifier | none | nobody | GET /ledger/verify
            tiles | OfPublicLog | none | nobody | GET /ledger/public/checkpoint
            tiles | OfUseLog | reads | itself | GET /ledger/use/city/node-1/checkpoint

            register | Index | none | nobody | GET /register/
            register | One | none | nobody | GET /register/purposes/city/tests
            register | Day | none | nobody | GET /register/purposes/city/tests/2026-01-01.json
            register | Kinds | none | nobody | GET /register/kinds
            register | Proof | none | nobody | GET /register/proof/0
            register | Export | none | nobody | GET /register/export/{export}
            register | Style | none | nobody | GET /register/style.css
            register | WithoutSlash | none | nobody | GET /register

            health | /health | none | nobody | GET /health
            health | /ready | none | nobody | GET /ready
            health | /metrics | none | nobody | GET /metrics

            sql | OWN | none | nobody | OWN / | show search_path
            sql | ASK | none | itself | ASK / | select relname from pg_class
            sql | SELECT | reads | itself | SELECT / | select n from 's3://{bucket}/raw/p.parquet'
            sql | SELECT | reads | itself | SELECT / | select n from 'flights.more'
            sql | COPY_OUT | reads | itself | COPY_OUT / | copy (select n from 's3://{bucket}/raw/p.parquet') to stdout
            sql | CREATE | copies | both | CREATE / | create table q.{table} as select n from 's3://{bucket}/raw/p.parquet'
            sql | CREATE | none | both | CREATE / | create or replace view q.seen as select n from 'q.t'
            sql | DROP | none | both | DROP / | drop view q.seen
            sql | INSERT | copies | both | INSERT / | insert into q.t select n from 's3://{bucket}/raw/p.parquet'
            sql | COPY_TO | copies | both | COPY_TO / | copy (select n from 's3://{bucket}/raw/p.parquet') to 's3://{bucket}/{target}'
            sql | COPY_IN | writes | both | COPY_IN / | copy q.t from stdin
            sql | /sql/load | writes | both | POST /sql/load?into=q.t&format=csv | n
            sql | UPDATE | writes | both | UPDATE / | update q.t set n = 'other'
            sql | DELETE | none | both | DELETE / | delete from q.t where n = 'x'
            sql | MERGE | copies | both | MERGE / | merge into q.t using 's3://{bucket}/raw/p.parquet' as s on t.n = s.n when not matched then insert values (s.n)
            sql | ALTER | none | both | ALTER / | alter table q.t add column more int
            sql | TRUNCATE | none | both | TRUNCATE / | truncate q.t
            sql | DROP | none | both | DROP / | drop table q.t
            sql | /sql | reads | itself | POST /sql | {"sql":"select n from 's3://{bucket}/raw/p.parquet'"}

            ingest | LIST_STREAMS | none | itself | GET /streams/
            ingest | CREATE_STREAM | none | commit | PUT /streams/fresh
            ingest | SHOW_STREAM | none | itself | GET /streams/levels
            ingest | CHANGE_STREAM | none | commit | PATCH /streams/levels | {"bytes":2000000}
            ingest | PUBLISH | writes | commit | POST /streams/levels | {"n":"the secret content"}
            ingest | PUBLISH_TELEMETRY | writes | commit | POST /streams/telemetry/v1/logs | {}
            ingest | FOLLOW | reads | commit | GET /streams/levels/records?from=beginning&limit=1
            ingest | CREATE_TABLE | none | commit | PUT /streams/water.levels/table
            watches | CREATE_WATCH | copies | commit | PUT /watches/high | {"sql":"select n from levels","to":"telemetry"}
            watches | LIST_WATCHES | none | itself | GET /watches/
            watches | SHOW_WATCH | none | itself | GET /watches/high
            watches | STOP_WATCH | none | commit | DELETE /watches/high
            ingest | DELETE_STREAM | none | commit | DELETE /streams/gone
            registry | REGISTER_SCHEMA | none | commit | POST /schemas/subjects/levels-value/versions | {"schema":"{\\"type\\":\\"object\\"}","schemaType":"JSON"}
            registry | LIST_SUBJECTS | none | itself | GET /schemas/subjects
            registry | LIST_VERSIONS | none | itself | GET /schemas/subjects/levels-value/versions
            registry | GET_VERSION | none | itself | GET /schemas/subjects/levels-value/versions/1
            registry | GET_VERSION_TEXT | none | itself | GET /schemas/subjects/levels-value/versions/1/schema
            registry | LIST_BUILDERS | none | itself | GET /schemas/subjects/levels-value/versions/1/referencedby
            registry | FIND_SCHEMA | none | itself | POST /schemas/subjects/levels-value | {"schema":"{\\"type\\":\\"object\\"}","schemaType":"JSON"}
            registry | COMPARE_SCHEMA | none | itself | POST /schemas/compatibility/subjects/levels-value/versions | {"schema":"{}","schemaType":"JSON"}
            registry | COMPARE_VERSION | none | itself | POST /schemas/compatibility/subjects/levels-value/versions/1 | {"schema":"{}","schemaType":"JSON"}
            registry | GET_SCHEMA | none | itself | GET /schemas/schemas/ids/1
            registry | GET_SCHEMA_TEXT | none | itself | GET /schemas/schemas/ids/1/schema
            registry | LIST_SCHEMA_VERSIONS | none | itself | GET /schemas/schemas/ids/1/versions
            registry | LIST_SCHEMA_SUBJECTS | none | itself | GET /schemas/schemas/ids/1/subjects
            registry | LIST_TYPES | none | nobody | GET /schemas/schemas/types
            registry | SET_LEVEL | none | commit | PUT /schemas/config | {"compatibility":"FULL"}
            registry | GET_LEVEL | none | itself | GET /schemas/config
            registry | UNSET_LEVEL | none | commit | DELETE /schemas/config
            registry | SET_SUBJECT_LEVEL | none | commit | PUT /schemas/config/levels-value | {"compatibility":"NONE"}
            registry | GET_SUBJECT_LEVEL | none | itself | GET /schemas/config/levels-value
            registry | UNSET_SUBJECT_LEVEL | none | commit | DELETE /schemas/config/levels-value
            registry | GET_MODE | none | nobody | GET /schemas/mode
            registry | GET_SUBJECT_MODE | none | nobody | GET /schemas/mode/levels-value
            registry | DELETE_VERSION | none | commit | DELETE /schemas/subjects/levels-value/versions/1
            registry | DELETE_SUBJECT | none | commit | DELETE /schemas/subjects/levels-value?permanent=true
            kafka | LIST | none | itself | LIST /levels
            kafka | SEE | none | itself | SEE /levels
            kafka | PUBLISH | writes | commit | PUBLISH /levels
            kafka | POLL | reads | commit | POLL /levels
            kafka | GROUP | none | itself | GROUP /readers
            kafka | TRANSACTION | none | itself | TRANSACTION /writers

            persons | /register/me | reads | itself | GET /register/me

            admin | READ_DESCRIPTION | none | itself | GET /openapi.json
            admin | READ_STATUS | none | urgent | GET /v1/status
            admin | STOP | none | urgent | POST /v1/stop
            admin | BEGIN_BACKUP | none | itself | POST /v1/backups
            admin | RESUME_EVENTS | none | itself | POST /v1/events/resume
            admin | LIST_ORGANISATIONS | none | itself | GET /v1/organisations
            admin | CREATE_ORGANISATION | none | commit | POST /v1/organisations | {"name":"water","zone":"home"}
            admin | LIST_ZONES | none | itself | GET /v1/zones
            admin | CREATE_ZONE | none | commit | POST /v1/zones | {"name":"annex","parent":"home"}
            admin | LIST_PURPOSES | none | itself | GET /v1/purposes
            admin | CREATE_PURPOSE | none | commit | POST /v1/purposes | {"organisation":"city","name":"air","kind":"environment","text":"Air","owner":"Office","legalBasis":"Act","zones":["home"],"expires":"{later}"}
            admin | CHANGE_PURPOSE | none | both | POST /v1/purposes/city/changed | {"contact":"c"}
            admin | WITHDRAW_PURPOSE | none | commit | POST /v1/purposes/city/changed/withdraw
            admin | LIST_PRINCIPALS | none | itself | GET /v1/principals
            admin | CREATE_PRINCIPAL | none | commit | POST /v1/principals | {"organisation":"city","name":"Eve"}
            admin | LIST_CREDENTIALS | none | itself | GET /v1/credentials
            admin | CREATE_CREDENTIAL | none | commit | POST /v1/credentials | {"principal":"{principal}","purpose":"city/tests"}
            admin | CREATE_CREDENTIAL | none | commit | POST /v1/credentials | {"principal":"{principal}","purpose":"city/tests","accessKey":"old-server","secret":"0123456789abcdef"}
            admin | SET_RECEIPTS | none | both | POST /v1/credentials/{rotated}/receipts | {"receipts":"on"}
            admin | READ_RECEIPTS | none | itself | GET /v1/credentials/{rotated}/receipts
            admin | ROTATE_CREDENTIAL | none | commit | POST /v1/credentials/{rotated}/rotate
            admin | WITHDRAW_CREDENTIAL | none | commit | POST /v1/credentials/{withdrawn}/withdraw
            admin | READ_SEALED_MAX | none | itself | GET /v1/credentials/sealed-max
            admin | SET_SEALED_MAX | none | both | POST /v1/credentials/sealed-max | {"days":"90"}
            admin | APPROVE_CREDENTIAL | none | commit | POST /v1/credentials/{asked}/approve | {}
            admin | LIST_TARGETS | none | itself | GET /v1/targets
            admin | CREATE_TARGET | none | commit | POST /v1/targets | {"organisation":"city","name":"ci","url":"https://id.example/","zone":"home"}
            admin | MAKE_TARGET_SECRET | none | commit | POST /v1/targets/city/ci/secret
            admin | START_MOVE | none | commit | POST /v1/moves | {"direction":"in","target":"ci","remote":"old","bucket":"moved","as":"{as}","secret":"{secret}","remoteKey":"k","remoteSecret":"s"}
            admin | RUN_SQL | reads | itself | POST /v1/sql | {"as":"{as}","secret":"{secret}","statement":"select n from 's3://{bucket}/raw/p.parquet'"}
            admin | LIST_MOVES | none | itself | GET /v1/moves
            admin | SHOW_MOVE | none | itself | GET /v1/moves/{move}
            admin | REPORT_MOVE | none | itself | GET /v1/moves/{move}/report
            admin | RESUME_MOVE | none | commit | POST /v1/moves/{move}/resume
            admin | STOP_MOVE | none | commit | POST /v1/moves/{move}/stop
            admin | FORGET_MOVE | none | commit | POST /v1/moves/{move}/forget
            admin | LIST_ROLES | none | itself | GET /v1/roles
            admin | CREATE_ROLE | none | commit | POST /v1/roles | {"organisation":"city","name":"reader","purpose":"city/tests","principals":["{principal}"],"language":"cedar","permissions":"permit (principal, action, resource);"}
            admin | SHOW_ROLE | none | itself | GET /v1/roles/city/reader
            admin | REMOVE_ROLE | none | commit | POST /v1/roles/city/reader/remove
            admin | REMOVE_TARGET | none | commit | POST /v1/targets/city/ci/remove
            admin | LIST_BUCKETS | none | itself | GET /v1/buckets
            admin | CREATE_BUCKET | none | commit | POST /v1/buckets | {"organisation":"city","name":"by-admin"}
            admin | SET_BUCKET_QUOTA | none | commit | POST /v1/buckets/{bucket}/quota | {"bytes":"1000000000","objects":"none"}
            admin | READ_BUCKET_QUOTA | none | itself | GET /v1/buckets/{bucket}/quota
            admin | SET_ORGANISATION_QUOTA | none | commit | POST /v1/organisations/city/quota | {"bytes":"none","objects":"1000000"}
            admin | READ_ORGANISATION_QUOTA | none | itself | GET /v1/organisations/city/quota
            admin | SET_SQL_LIMITS | none | commit | POST /v1/organisations/city/sql | {"limits":"own","memory":"100000000","threads":"1","milliseconds":"60000","rows":"1000","staging":"10000000","spill":"0","sessions":"4"}
            admin | READ_SQL_LIMITS | none | itself | GET /v1/organisations/city/sql
            admin | READ_INVENTORY | reads | itself | GET /v1/buckets/{bucket}/inventory
            admin | START_CHECK | none | itself | POST /v1/check | {}
            admin | READ_CHECK | reads | itself | GET /v1/check
            admin | LIST_NAMED_KEYS | none | itself | GET /v1/keys
            admin | CREATE_NAMED_KEY | none | commit | POST /v1/keys | {"organisation":"city","name":"records"}
            admin | DESTROY_NAMED_KEY | none | commit | POST /v1/keys/city/records/destroy
            admin | LIST_LABELS | none | itself | GET /v1/labels
            admin | SET_LABEL | none | commit | POST /v1/labels | {"bucket":"{bucket}","prefix":"l/","prohibited":["changed"]}
            admin | READ_LABELS | reads | itself | GET /v1/labels/of?bucket={bucket}&name=raw/n
            admin | REMOVE_LABEL | none | commit | POST /v1/labels/remove | {"bucket":"{bucket}","prefix":"gone/"}
            admin | SET_COLUMN_CLASSES | none | commit | POST /v1/tables/classes | {"organisation":"city","namespace":["flights"],"table":"more","column":"n","classes":["personal"]}
            admin | SET_ROW_RULE | none | commit | POST /v1/tables/rows | {"organisation":"city","namespace":["flights"],"table":"more","where":"n > 1"}
            admin | READ_TABLE_RULES | none | itself | GET /v1/tables/rules?namespace=flights&organisation=city&table=more
            admin | LIST_USES | reads | itself | GET /v1/uses?organisation=city
            admin | LIST_USES | reads | itself | GET /v1/uses?organisation=city&subject=p-1
            admin | EXPLAIN_USE | reads | itself | GET /v1/uses/explanation?use=use/city/node-1%230
            admin | LIST_POLICIES | none | itself | GET /v1/policies
            admin | PUT_POLICY | none | commit | POST /v1/policies | {"organisation":"city","name":"more","text":"permit (principal, action, resource);"}
            admin | SHOW_POLICY | none | itself | GET /v1/policies/city/removed
            admin | REMOVE_POLICY | none | commit | POST /v1/policies/city/removed/remove
            admin | LIST_LOGS | none | itself | GET /v1/ledger/logs
            admin | LIST_KEYS | none | itself | GET /v1/ledger/keys
            admin | PROVE | reads | itself | GET /v1/ledger/proof?index=0&log=use/city/node-1
            admin | READ_RETENTION | none | itself | GET /v1/ledger/retention
            admin | SET_RETENTION | none | both | POST /v1/ledger/retention | {"organisation":"city","days":"30"}
            admin | LIST_SUBJECT_RULES | none | itself | GET /v1/subjects/rules
            admin | CREATE_SUBJECT_RULE | none | commit | POST /v1/subjects/rules | {"bucket":"{bucket}","prefix":"people/","pattern":"{subject}/"}
            admin | CREATE_SUBJECT_RULE | none | commit | POST /v1/subjects/rules | {"bucket":"{bucket}","prefix":"","tag":"subject"}
            admin | ISSUE_SUBJECT_CODE | none | commit | POST /v1/subjects/codes | {"organisation":"city","subject":"p-1"}
            admin | DISCLOSE | reads | itself | POST /v1/disclosures | {"log":"use/city/node-1","index":"0","fields":["time"],"to":"somebody"}
            admin | DISCLOSE_DAY | reads | itself | POST /v1/disclosures/day | {"organisation":"city","day":"{today}","to":"somebody"}
            admin | REMOVE_SUBJECT_RULE | none | commit | POST /v1/subjects/rules/{rule}/remove
            admin | ERASE_SUBJECT | none | commit | POST /v1/subjects/erase | {"organisation":"city","subject":"p-1"}
            admin | ERASE_PRINCIPAL | none | commit | POST /v1/principals/erase | {"organisation":"city","name":"Bob"}
            """;

    private DataPaths() {}

    /** What happens to data. */
    enum Flow {
        NONE,
        READS,
        WRITES,
        COPIES
    }

    /** How it is put on record. */
    enum Recording {
        ITSELF,
        COMMIT,
        BOTH,
        URGENT,
        NOBODY
    }

    /** A line of the table. @param target with its words in braces */
    record Line(
            String door,
            String operation,
            Flow flow,
            Recording recording,
            String method,
            String target,
            String body) {
        String name() {
            return door + " " + operation;
        }
    }

    /** All lines in their order. */
    static List<Line> lines() {
        List<Line> lines = new ArrayList<>();
        for (String row : TABLE.split("\n", -1)) {
            if (!row.isBlank()) {
                String[] columns = row.strip().split(" \\| ", 6);
                String[] asked = columns[4].split(" ", 2);
                lines.add(
                        new Line(
                                columns[0],
                                columns[1],
                                Flow.valueOf(columns[2].toUpperCase(Locale.ROOT)),
                                Recording.valueOf(columns[3].toUpperCase(Locale.ROOT)),
                                asked[0],
                                asked[1],
                                columns.length == 6 ? columns[5] : ""));
            }
        }
        return lines;
    }

    /** Everything that a door can be asked, as the doors themselves say it. */
    static Set<String> closed() {
        Set<String> all = new LinkedHashSet<>(ServedDoors.operations(ServedDoors.folder()));
        // It needs an issuer's token: WebIdentityTest of the S3 door holds it.
        all.remove("sts ASSUME_ROLE_WITH_WEB_IDENTITY");
        return all;
    }
}
