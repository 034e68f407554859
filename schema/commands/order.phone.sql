-- about: An order of the county that came by telephone: when, from whom, in which words.
-- about_zh: 登记电话通知：县里什么时候、谁打来、原话。
-- roles: teacher head
-- params: date:d time:m caller:t words:t
-- scope: school
-- audit: caller words
-- requires: R2
SELECT refuse('R2.no_words', :caller) WHERE trim(:words) = '' OR trim(:caller) = '';
INSERT INTO phone_order (school, order_id, received_at, caller, words, by_staff)
VALUES (:school, :new_id, ((:date + 10957) * 1440 + :time - 480) * 60000, :caller, :words, :staff);
SELECT order_id, caller FROM phone_order WHERE school = :school AND order_id = :new_id;
