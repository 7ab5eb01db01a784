package org.domicile.iceberg;

import java.util.function.Supplier;

/**
 * What the door tells its clients of where files are.
 *
 * @param region the zone that the data lie in, which requests for files are signed for
 * @param files address of the S3 door, such as {@code http://127.0.0.1:9000}; asked when needed,
 *     because a port may be known late
 */
public record IcebergOptions(String region, Supplier<String> files) {}
