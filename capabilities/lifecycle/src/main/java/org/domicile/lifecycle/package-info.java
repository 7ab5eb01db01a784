/**
 * Lifecycle: rules of a bucket that say when its objects end, and what they say of one version at
 * one moment (Amazon S3 User Guide, "Managing the lifecycle of objects").
 *
 * <p>Values and pure functions alone: this module reads no clock, knows no storage and carries
 * nothing out. Whoever asks says what stands there, what time it is, and how long a day lasts.
 *
 * <p><b>Time.</b> What ends so many days after something ends at the first midnight (UTC) that is
 * not before that, as S3 has it. Where a day is not 24 hours (which tests of clients want), there
 * is no midnight, and it ends when the days are over.
 *
 * <p><b>Meaning.</b> A rule that is disabled says nothing. Of several rules that end one version
 * the earliest counts. An end of a newest object is what a delete without a version does there. A
 * delete marker ends when it is all that is left of its name, under rules that say so or that end
 * objects of its age. Markers have no tags and no size, so rules that ask for those pass them over.
 *
 * <p><b>Limits.</b> 1 to 1,000 rules; an id of 1 to 255 characters; days from 1 to 1,000,000; 1 to
 * 100 newer versions kept.
 *
 * <p><b>Form.</b> Format 1, one byte; the least size of transitions, one byte (0 unsaid, 1 all 128
 * KiB, 2 by class); count of rules in 2. Each rule: id; 1 when enabled; 1 when it came with a
 * filter, 0 with a prefix alone; prefix; count of tags in 2, each key and value; least and most
 * size in 8 each; kind of expiration in 1 (0 none, 1 days, 2 date, 3 marker) and its number in 8;
 * days and newer versions of the noncurrent in 4 each; days of uploads in 4. Texts are UTF-8 after
 * their length in 2.
 */
@NullMarked
package org.domicile.lifecycle;

import org.jspecify.annotations.NullMarked;
