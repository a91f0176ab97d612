//! Characters that are written otherwise and mean the same: traditional and variant forms met in names of organizations.
//!
//! Owns the table. It is short on purpose: characters that stand in names of firms and have one simplified form.

/// Traditional or variant form, then the simplified one, by turns.
const PAIRS: &str = "\
    萬万鯨鲸潛潜鷹鹰駝驼驥骥彥彦佈布貫贯聖圣\
    東东車车業业電电機机貿贸資资產产學学術术國国際际華华發发開开實实聯联龍龙鳳凤麗丽廣广場场廠厂運运輸输達达遠远進进選选鐵铁鋼钢\
    銀银錢钱鑫鑫鉅钜錦锦銘铭鋒锋鏈链銷销鑄铸鈞钧鈦钛鎂镁鋁铝銅铜飛飞騰腾馬马駿骏驛驿馳驰驗验魚鱼鮮鲜鳥鸟鴻鸿鵬鹏鶴鹤龜龟齊齐齡龄\
    醫医藥药療疗養养農农漁渔園园環环節节綠绿紅红紙纸紡纺織织網网經经緯纬線线維维編编總总統统絲丝綱纲給给絡络續续繼继績绩緣缘縱纵\
    計计設设訊讯訓训許许診诊評评試试詩诗話话認认語语誠诚調调談谈論论諮咨證证識识譜谱護护讀读變变讓让\
    問问間间閃闪閩闽閣阁闊阔闆板\
    頻频順顺頓顿預预領领題题顏颜願愿類类顧顾顯显風风飄飘餐餐飲饮飯饭館馆飾饰餅饼\
    過过還还邊边遙遥適适遼辽遷迁鄉乡鄧邓鄭郑\
    數数檢检測测標标樣样橋桥樓楼樂乐樹树橫横機机檔档權权極极構构榮荣殺杀氣气漢汉溫温濟济灣湾潔洁潤润漢汉澤泽濱滨瀾澜瀋沈灘滩滬沪\
    無无煙烟熱热燈灯營营爍烁爐炉愛爱獨独獲获獎奖現现瑪玛瑤瑶環环瓊琼畫画異异當当疊叠癒愈盤盘監监盡尽眾众睏困礦矿碼码礎础確确禮礼\
    種种穩稳穀谷競竞筆笔築筑簡简籃篮籌筹糧粮緊紧罷罢義义習习聖圣聞闻聲声職职聽听肅肃腦脑腳脚臨临與与興兴舉举舊旧艦舰藝艺莊庄葉叶蓋盖\
    蘇苏蘭兰蘆芦藍蓝處处號号蟲虫衛卫裝装補补製制複复覽览觀观規规視视親亲觸触豐丰貓猫貝贝財财責责貨货質质購购費费貴贵賀贺賓宾賴赖賽赛贈赠\
    贏赢軌轨軍军軟软軸轴載载輕轻輝辉輛辆輯辑輪轮轉转農农釋释銳锐鎮镇鏡镜鑒鉴鑑鉴長长門门隊队階阶陽阳陰阴陸陆隆隆險险隨随雙双雞鸡雜杂離离難难\
    雲云靈灵靜静韓韩響响頂顶項项須须體体髮发鬆松麥麦黃黄點点黨党齒齿儀仪億亿優优儲储價价償偿備备傳传債债傑杰僑侨倉仓個个來来側侧俠侠係系\
    兒儿兩两冊册凍冻凱凯別别則则創创劃划劇剧劍剑劉刘動动務务勝胜勞劳勢势勵励區区協协單单衛卫卻却參参員员啟启啓启喬乔嚴严團团圍围圖图圓圆\
    執执堅坚報报塊块塗涂塵尘墻墙牆墙壓压壩坝壯壮壽寿夢梦夾夹奧奥奮奋婦妇媽妈孫孙寧宁甯宁審审寫写寬宽寶宝專专將将尋寻對对導导層层屬属岡冈島岛嶋岛\
    峯峰崑昆嶺岭嶽岳巖岩幣币帶带師师幹干庫库應应廟庙廢废彈弹彙汇匯汇徑径從从復复徵征德德恆恒悅悦惠惠慶庆憂忧憑凭憲宪懷怀戰战戲戏戶户拋抛捨舍掃扫\
    擇择擊击擔担據据擬拟擴扩攜携攝摄敵敌斷断時时晉晋曉晓暉晖曆历會会術术條条楊杨槍枪濤涛濾滤炤照爲为為为牽牵狀状獅狮瑩莹甌瓯畢毕療疗盧卢睿睿祿禄禪禅\
    積积窯窑節节範范紀纪約约純纯組组細细終终結结絕绝綜综緻致縣县縮缩羅罗翹翘聰聪膚肤臺台檯台薦荐薩萨蕭萧藉借虛虚裏里裡里褲裤見见訂订記记討讨詢询該该\
    誌志請请諾诺謀谋謝谢謹谨譯译議议豬猪賢贤賣卖趙赵跡迹踐践軒轩辦办邏逻郵邮酈郦醬酱釀酿鍊炼鍵键鐘钟鍾钟鑽钻閱阅陳陈隱隐馮冯驅驱髙高鬥斗鹽盐麵面黎黎";

/// The simplified form of a character; itself where it has none other.
pub(super) fn simplified(c: char) -> char {
    use std::{collections::HashMap, sync::OnceLock};
    static TABLE: OnceLock<HashMap<char, char>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let all: Vec<char> = PAIRS.chars().filter(|it| !it.is_whitespace()).collect();
        all.chunks_exact(2).map(|it| (it[0], it[1])).collect()
    });
    // Nothing below the ideographs is in the table, and most of what is asked is not there either.
    if c < '\u{4e00}' {
        return c;
    }
    table.get(&c).copied().unwrap_or(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_of_pairs_that_agree_with_each_other() {
        let all: Vec<char> = PAIRS.chars().filter(|it| !it.is_whitespace()).collect();
        assert_eq!(all.len() % 2, 0);
        for pair in all.chunks_exact(2) {
            assert_eq!(simplified(pair[0]), pair[1], "{pair:?} is said twice");
            assert_eq!(simplified(pair[1]), pair[1], "{pair:?} leads on");
        }
        assert_eq!(simplified('東'), '东');
        assert_eq!(simplified('a'), 'a');
    }
}
